// Delivers records as a Firehose delivery stream does: to an HTTP endpoint, or into a bucket.
import { gzipSync } from "node:zlib";
import type { FirehoseTarget } from "../core/metric-streams/targets.ts";
import type { Blobs } from "../storage/blobs.ts";

export interface FirehoseDelivery {
  /** Of the delivery stream. */
  readonly arn: string;
  /** The same for every attempt to deliver the same records. */
  readonly requestId: string;
  readonly records: readonly Uint8Array[];
  /** Epoch milliseconds. */
  readonly now: number;
  /** Aborted when nobody waits any longer. */
  readonly signal: AbortSignal;
}

/** AWS waits for three minutes; a stream of metrics has the next ones by then. */
const responseTimeoutMs = 30_000;
const maximumAnswerCharacters = 2_000;

/**
 * Resolves when the records have arrived.
 * @throws Error that says what the endpoint answered, or why it could not be reached.
 */
export async function deliverRecords(
  target: FirehoseTarget,
  delivery: FirehoseDelivery,
  blobs: Blobs,
): Promise<void> {
  if (target.kind === "http") await post(target, delivery);
  else await blobs.put(target.bucket, keyOf(target.prefix, delivery), Buffer.concat(delivery.records));
}

/** https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html */
async function post(target: FirehoseTarget & { kind: "http" }, delivery: FirehoseDelivery): Promise<void> {
  const { accessKey, commonAttributes, isCompressed } = target;
  const json = JSON.stringify({
    requestId: delivery.requestId,
    timestamp: delivery.now,
    records: delivery.records.map((record) => ({ data: Buffer.from(record).toString("base64") })),
  });
  const answer = await fetch(target.url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "user-agent": "Amazon Kinesis Data Firehose Agent/1.0",
      "x-amz-firehose-protocol-version": "1.0",
      "x-amz-firehose-request-id": delivery.requestId,
      "x-amz-firehose-source-arn": delivery.arn,
      ...(accessKey === undefined ? {} : { "x-amz-firehose-access-key": accessKey }),
      ...(commonAttributes === undefined
        ? {}
        : { "x-amz-firehose-common-attributes": JSON.stringify({ commonAttributes }) }),
      ...(isCompressed ? { "content-encoding": "gzip" } : {}),
    },
    body: isCompressed ? gzipSync(json) : json,
    redirect: "error",
    signal: AbortSignal.any([delivery.signal, AbortSignal.timeout(responseTimeoutMs)]),
  });
  const text = (await answer.text()).slice(0, maximumAnswerCharacters);
  if (answer.status !== 200) throw new Error(`the endpoint answered ${answer.status}: ${text}`);
  if (requestIdOf(text) !== delivery.requestId) {
    throw new Error(`the endpoint's answer does not repeat the requestId: ${text}`);
  }
}

/** An answer that is no JSON, or has no such member, confirms nothing. */
function requestIdOf(text: string): unknown {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === "object" && answer !== null && "requestId" in answer
      ? answer.requestId
      : undefined;
  } catch {
    return undefined; // the caller tells the text
  }
}

/**
 * Keys by the hour, as Firehose names its objects in S3:
 * https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html
 */
function keyOf(prefix: string, { arn, requestId, now }: FirehoseDelivery): string {
  const iso = new Date(now).toISOString();
  const stream = arn.slice(arn.lastIndexOf("/") + 1);
  const hour = iso.slice(0, 13).replace("T", "-").replaceAll("-", "/");
  const second = iso.slice(0, 19).replace("T", "-").replaceAll(":", "-");
  return `${prefix}${hour}/${stream}-1-${second}-${requestId}`;
}
