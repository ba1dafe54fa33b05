// The endpoint for metrics of OpenTelemetry, as protocol buffers or JSON.
import { exportMetricsServiceRequest } from "../../core/otlp/metric-messages.ts";
import { metricSamples, otlpMetricLimits, type MetricSamples } from "../../core/otlp/metric-samples.ts";
import { ProtobufError, readProtobuf } from "../../core/otlp/protobuf-reader.ts";
import { exportAnswer, failureAnswer, type OtlpAnswer } from "../../core/otlp/service-answers.ts";
import type { Endpoint, Exchange } from "../../wire/endpoints.ts";
import { WireError, serializationError } from "../../wire/errors.ts";
import { jsonAnswer, requireType, statusOf } from "../../wire/plain-http.ts";
import type { WireRequest, WireResponse } from "../../wire/request.ts";
import type { Dependencies } from "../dependencies.ts";

const protobuf = "application/x-protobuf";

type Stores = Pick<Dependencies, "otlpMetrics" | "worlds">;

/**
 * What comes here is stored for PromQL and is no metric of PutMetricData, whose permission it takes.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-OTLPEndpoint.html
 */
export const metricsEndpoint = (stores: Stores): Endpoint => ({
  path: "/v1/metrics",
  operation: "PutMetricData",
  exchange: (request) => otlpExchange(request, stores),
});

function otlpExchange(request: WireRequest, { otlpMetrics, worlds }: Stores): Exchange {
  const isProtobuf = request.headers["content-type"]?.startsWith(protobuf) === true;
  let read: unknown;
  let rejected: MetricSamples["rejected"] = new Map();
  return {
    read(body) {
      requireType(request, ["application/json", protobuf]);
      if (body.length > otlpMetricLimits.requestBytes) {
        throw invalidRequest(`A request has at most ${otlpMetricLimits.requestBytes} bytes.`);
      }
      read = readRequest(body, isProtobuf);
      return {};
    },
    async perform({ account, region, now }) {
      const found = samplesOf(read, { account, region, now });
      rejected = found.rejected;
      await otlpMetrics.write(await worlds.numberOf(account, region), found.samples, now);
      return {};
    },
    answer: () => answerOf(200, exportAnswer("rejectedDataPoints", partialSuccess(rejected))),
    refuse: (failure) => answerOf(statusOf(failure), failureAnswer(failure.message)),
  };

  function answerOf(status: number, { json, protobuf: bytes }: OtlpAnswer): WireResponse {
    if (!isProtobuf) return jsonAnswer(status, json);
    return { status, headers: { "content-type": protobuf }, body: Uint8Array.from(bytes) };
  }
}

const invalidRequest = (message: string) => new WireError("InvalidParameterValue", message);

function readRequest(body: Uint8Array, isProtobuf: boolean): unknown {
  return understood(() =>
    isProtobuf
      ? readProtobuf(body, exportMetricsServiceRequest)
      : (JSON.parse(Buffer.from(body).toString("utf8")) as unknown),
  );
}

/** @throws WireError 400 when the request breaks a limit as a whole, or nothing of it can be taken. */
function samplesOf(request: unknown, ingestion: Parameters<typeof metricSamples>[1]): MetricSamples {
  const found = understood(() => metricSamples(request, ingestion));
  if (found.refusal !== undefined) throw invalidRequest(found.refusal);
  const partial = partialSuccess(found.rejected);
  if (partial !== undefined && partial.rejected === found.datapoints) throw invalidRequest(partial.message);
  return found;
}

function understood<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    const isTheirs =
      error instanceof ProtobufError || error instanceof SyntaxError || error instanceof TypeError;
    if (!isTheirs) throw error;
    throw serializationError(`The request is no ExportMetricsServiceRequest: ${error.message}`, error);
  }
}

function partialSuccess(rejected: MetricSamples["rejected"]) {
  if (rejected.size === 0) return undefined;
  const counts = [...rejected.values()];
  return { rejected: counts.reduce((sum, count) => sum + count, 0), message: [...rejected.keys()].join(" ") };
}
