// Sends the payloads of subscription filters: to streams, functions, search domains and addresses.
import { createHash } from "node:crypto";
import type { SubscriptionTarget } from "../../core/logs/subscription-target.ts";
import {
  RefusedPayloadError,
  type EncodedPayload,
  type SendOptions,
  type SendSubscriptionPayload,
} from "../../storage/log-subscriptions.ts";
import type { DeliveryService, ServiceEndpoint, ServiceEndpoints } from "../service-endpoints.ts";
import { post } from "../post.ts";
import { sendToService } from "../signed-request.ts";
import { bulkBody, failuresOfBulk } from "./bulk.ts";
import { gzipped } from "./compress.ts";
import { joinEvents } from "./join-events.ts";

type Sender<Kind extends SubscriptionTarget["kind"]> = (
  target: Extract<SubscriptionTarget, { kind: Kind }>,
  payload: EncodedPayload,
  options: SendOptions,
  endpoints: ServiceEndpoints,
) => Promise<void>;

/** A service that is not among the endpoints cannot be reached, and its error says so. */
export function createPayloadSender(endpoints: ServiceEndpoints): SendSubscriptionPayload {
  return (target, payload, options) => {
    const send = senders[target.kind] as Sender<SubscriptionTarget["kind"]>;
    const sent = send(target, payload, options, endpoints);
    const { following } = options;
    if (following !== undefined && target.kind !== "opensearch") compressed(following).catch(() => undefined);
    return sent;
  };
}

const senders: { readonly [Kind in SubscriptionTarget["kind"]]: Sender<Kind> } = {
  async kinesis({ streamName, arn, region }, payload, options, endpoints) {
    const body = {
      StreamName: streamName,
      StreamARN: arn,
      Data: await dataOf(payload),
      PartitionKey: shortened(options.partitionKey),
    };
    await sendJson(endpoints, "kinesis", region, "Kinesis_20131202.PutRecord", body, options);
  },

  async firehose({ streamName, region }, payload, options, endpoints) {
    const body = { DeliveryStreamName: streamName, Records: [{ Data: await dataOf(payload) }] };
    const target = "Firehose_20150804.PutRecordBatch";
    const answer = await sendJson(endpoints, "firehose", region, target, body, options);
    const { FailedPutCount: failed, RequestResponses: responses } = JSON.parse(answer) as {
      readonly FailedPutCount?: number;
      readonly RequestResponses?: readonly { readonly ErrorMessage?: string }[];
    };
    if (failed !== undefined && failed > 0) {
      throw new Error(`the delivery stream did not take the record: ${responses?.[0]?.ErrorMessage ?? ""}`);
    }
  },

  async lambda({ arn, region }, payload, options, endpoints) {
    await sendToService(endpointOf(endpoints, "lambda"), {
      service: "lambda",
      region,
      path: `/2015-03-31/functions/${encodeURIComponent(arn)}/invocations`,
      headers: { "content-type": "application/json", "x-amz-invocation-type": "Event" },
      body: JSON.stringify({ awslogs: { data: await dataOf(payload) } }),
      ...options,
    });
  },

  async opensearch({ index, region }, payload, options, endpoints) {
    const endpoint = endpointOf(endpoints, "es");
    // A control message says only that something will come: a search domain has no use for it.
    if (payload.head.messageType === "CONTROL_MESSAGE") return;
    const answer = await sendToService(endpoint, {
      service: "es",
      region,
      path: "/_bulk",
      headers: { "content-type": "application/x-ndjson" },
      body: bulkBody(payload, index),
      ...options,
    });
    const failures = failuresOfBulk(answer);
    if (failures?.isFinal === true) throw new RefusedPayloadError(failures.detail);
    if (failures !== undefined) throw new Error(failures.detail);
  },

  async webhook({ url }, payload, { signal }) {
    const headers = { "content-type": "application/json", "content-encoding": "gzip" };
    await post(url, headers, await compressed(payload), signal);
  },
};

const partitionKeyLength = 256;

/**
 * Names of streams may be longer than partition keys.
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html
 */
function shortened(partitionKey: string): string {
  if (partitionKey.length <= partitionKeyLength) return partitionKey;
  return createHash("sha256").update(partitionKey).digest("hex");
}

/** The form in which AWS sends payloads: JSON, compressed, in Base64 where JSON holds it. */
async function dataOf(payload: EncodedPayload): Promise<string> {
  return (await compressed(payload)).toString("base64");
}

/** Payloads that wait for their turn, or to be sent again. */
const packed = new WeakMap<EncodedPayload, Promise<Buffer>>();

function compressed(payload: EncodedPayload): Promise<Buffer> {
  const known = packed.get(payload);
  if (known !== undefined) return known;
  const { head, events } = payload;
  const opening = `${JSON.stringify(head).slice(0, -1)},"logEvents":[`;
  const made = gzipped(joinEvents(events, opening, "]}"));
  packed.set(payload, made);
  made.catch(() => packed.delete(payload));
  return made;
}

function sendJson(
  endpoints: ServiceEndpoints,
  service: DeliveryService,
  region: string,
  target: string,
  body: unknown,
  options: SendOptions,
): Promise<string> {
  return sendToService(endpointOf(endpoints, service), {
    service,
    region,
    path: "/",
    headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": target },
    body: JSON.stringify(body),
    ...options,
  });
}

function endpointOf(endpoints: ServiceEndpoints, service: DeliveryService): ServiceEndpoint {
  const endpoint = endpoints[service];
  if (endpoint !== undefined) return endpoint;
  throw new Error(`no endpoint of ${service} is configured (--service-endpoints)`);
}
