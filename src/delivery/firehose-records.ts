// Sends records to a Firehose delivery stream, by its name, at the endpoint of Firehose.
import type { SendRecords } from "../storage/finding-deliveries.ts";
import type { ServiceEndpoints } from "./service-endpoints.ts";
import { sendToService } from "./signed-request.ts";

/**
 * Undefined where no endpoint of Firehose is known.
 * https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html
 */
export function createRecordSender({ firehose }: ServiceEndpoints): SendRecords | undefined {
  if (firehose === undefined) return undefined;
  return async ({ region, deliveryStream, records }, options) => {
    const answer = await sendToService(firehose, {
      service: "firehose",
      region,
      path: "/",
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "Firehose_20150804.PutRecordBatch",
      },
      body: JSON.stringify({
        DeliveryStreamName: deliveryStream,
        Records: records.map((record) => ({ Data: Buffer.from(record).toString("base64") })),
      }),
      ...options,
    });
    const { FailedPutCount: failed = 0, RequestResponses: responses = [] } = JSON.parse(answer) as {
      readonly FailedPutCount?: number;
      readonly RequestResponses?: readonly { readonly ErrorMessage?: string }[];
    };
    if (failed === 0) return;
    const reason = responses.find(({ ErrorMessage }) => ErrorMessage !== undefined)?.ErrorMessage ?? "";
    throw new Error(`the delivery stream did not take ${failed} records: ${reason}`);
  };
}
