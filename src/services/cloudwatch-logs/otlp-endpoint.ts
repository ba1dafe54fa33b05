// The endpoint for log records of OpenTelemetry, as protocol buffers or JSON.
import type { Clock } from "../../core/clock.ts";
import { logRecordEvents } from "../../core/otlp/log-record-events.ts";
import { exportLogsServiceRequest } from "../../core/otlp/messages.ts";
import { ProtobufError, readProtobuf } from "../../core/otlp/protobuf-reader.ts";
import { exportAnswer, failureAnswer, type OtlpAnswer } from "../../core/otlp/service-answers.ts";
import type { RejectedRange } from "../../core/logs/log-batch.ts";
import type { Exchange } from "../../wire/endpoints.ts";
import { serializationError } from "../../wire/errors.ts";
import { jsonAnswer, requireType, statusOf } from "../../wire/plain-http.ts";
import type { WireRequest, WireResponse } from "../../wire/request.ts";
import { putLogEventsInput, requirePlace } from "./ingestion-requests.ts";

const protobuf = "application/x-protobuf";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_HTTP_Endpoints_OTLP.html */
export function otlpExchange(request: WireRequest, clock: Pick<Clock, "now">): Exchange {
  const isProtobuf = request.headers["content-type"]?.startsWith(protobuf) === true;
  let sent = 0;
  return {
    read(body, validate) {
      requireType(request, ["application/json", protobuf]);
      const events = readEvents(body, isProtobuf, clock.now());
      sent = events.length;
      const { headers } = request;
      const where = {
        logGroupName: requirePlace(headers["x-aws-log-group"], "the header x-aws-log-group"),
        logStreamName: requirePlace(headers["x-aws-log-stream"], "the header x-aws-log-stream"),
      };
      return putLogEventsInput(where, events, validate);
    },
    answer({ rejectedLogEventsInfo }) {
      const rejected = countRejected(rejectedLogEventsInfo as RejectedRange | undefined, sent);
      const message = "Log records are too old, expired or too new.";
      const partial = rejected === 0 ? undefined : { rejected, message };
      return answerOf(200, exportAnswer("rejectedLogRecords", partial));
    },
    refuse: (failure) => answerOf(statusOf(failure), failureAnswer(failure.message)),
  };

  function answerOf(status: number, { json, protobuf: bytes }: OtlpAnswer): WireResponse {
    if (!isProtobuf) return jsonAnswer(status, json);
    return { status, headers: { "content-type": protobuf }, body: Uint8Array.from(bytes) };
  }
}

function readEvents(body: Uint8Array, isProtobuf: boolean, now: number) {
  try {
    const request = isProtobuf
      ? readProtobuf(body, exportLogsServiceRequest)
      : (JSON.parse(Buffer.from(body).toString("utf8")) as unknown);
    return logRecordEvents(request, now);
  } catch (error) {
    const isTheirs =
      error instanceof ProtobufError || error instanceof SyntaxError || error instanceof TypeError;
    if (!isTheirs) throw error;
    throw serializationError(`The request is no ExportLogsServiceRequest: ${error.message}`, error);
  }
}

function countRejected(info: RejectedRange | undefined, sent: number): number {
  if (info === undefined) return 0;
  const { tooOldLogEventEndIndex = 0, expiredLogEventEndIndex = 0, tooNewLogEventStartIndex = sent } = info;
  return Math.max(tooOldLogEventEndIndex, expiredLogEventEndIndex) + (sent - tooNewLogEventStartIndex);
}
