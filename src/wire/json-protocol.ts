// awsJson 1.0 and 1.1: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
import { errorJson, errorType, queryErrorHeaders } from "./error-encoding.ts";
import type { Failure } from "./errors.ts";
import { encodeEventStream, eventStreamContentType, eventStreamMember } from "./event-stream.ts";
import { compileInput } from "./input-compiler.ts";
import { parseJsonObject } from "./json-body.ts";
import { compileJsonEncoder } from "./json-encoder.ts";
import { memoize } from "./memoize.ts";
import type { ProtocolFactory, Values } from "./protocol.ts";
import type { Operation, ServiceModel, StructureShape } from "./shapes.ts";
import { brokenConstraints } from "./validate.ts";

export function createJsonProtocol(name: "awsJson1.0" | "awsJson1.1"): ProtocolFactory {
  const headers = { "content-type": `application/x-amz-json-${name.slice("awsJson".length)}` };
  return (service) => {
    const decoderOf = memoize((structure) => compileInput(structure, { json: true, jsonNames: false }));
    const encoderOf = memoize((structure) => compileJsonEncoder(structure, false));
    const streams = memoize((structure) => eventStreamMember(structure) !== undefined);
    const eventCodec = {
      contentType: headers["content-type"],
      encode: (structure: StructureShape, values: Values) => encoderOf(structure)(values),
    };
    return {
      name,
      decode(operation, _request, body) {
        const { value, broken } = decoderOf(operation.input)(parseJsonObject(body));
        if (broken > 0) throw brokenConstraints(service, operation.input, value);
        return value;
      },
      encode(operation, output) {
        if (streams(operation.output)) {
          const body = encodeEventStream(service, operation.output, output, eventCodec);
          return { status: 200, headers: { "content-type": eventStreamContentType }, body };
        }
        const body =
          answersNothing(operation) && name === "awsJson1.1" ? "" : encoderOf(operation.output)(output);
        return { status: 200, headers, body };
      },
      encodeError(failure, request) {
        const type = `{"__type":${JSON.stringify(errorType(failure, service))},`;
        return {
          status: statusOf(failure, service),
          headers: { ...headers, ...queryErrorHeaders(failure, service, request) },
          body: type + errorJson(failure, encoderOf).slice(1),
        };
      },
    };
  };
}

/** Logs, EventBridge and CloudTrail send an empty body, not `{}`, where the model has no output. */
function answersNothing(operation: Operation): boolean {
  return operation.output.name === "Unit";
}

/** awsJson ignores the model's own statuses, but where a service also speaks awsQuery they are kept. */
function statusOf(failure: Failure, service: ServiceModel): number {
  if (failure.shape === undefined || service.queryCompatible) return failure.status;
  return failure.fault === "server" ? 500 : 400;
}
