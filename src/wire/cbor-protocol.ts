// Smithy RPC v2 CBOR: https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
import { compileCborDecoder } from "./cbor-decoder.ts";
import { compileCborEncoder } from "./cbor-encoder.ts";
import { errorMembers, errorType, queryErrorHeaders } from "./error-encoding.ts";
import { WireError } from "./errors.ts";
import { memoize } from "./memoize.ts";
import type { Protocol } from "./protocol.ts";
import type { WireRequest } from "./request.ts";
import type { Member, ServiceModel, StructureShape } from "./shapes.ts";
import { createValidator } from "./validate.ts";

const headers = { "content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor" };

export function createCborProtocol(service: ServiceModel): Protocol {
  const decoderOf = memoize(compileCborDecoder);
  const encoderOf = memoize(compileCborEncoder);
  const errorEncoderOf = memoize((structure) => compileCborEncoder(asError(structure)));
  const validate = createValidator(service);
  return {
    name: "rpcv2Cbor",
    decode({ input }, request, body) {
      expectCbor(request, body);
      const values = decoderOf(input)(body.length === 0 ? emptyMap : body);
      validate(input, values);
      return values;
    },
    encode({ output }, values) {
      return { status: 200, headers, body: encoderOf(output)(values) };
    },
    encodeError(failure, request) {
      const encode = errorEncoderOf(failure.shape?.structure ?? unmodelledError);
      return {
        status: failure.status,
        headers: { ...headers, ...queryErrorHeaders(failure, service, request) },
        body: encode({ ...errorMembers(failure), __type: errorType(failure, service) }),
      };
    },
  };
}

/** Operations without input are called with an empty body. */
const emptyMap = Uint8Array.of(0xa0);

function expectCbor(request: WireRequest, body: Uint8Array): void {
  const contentType = request.headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase();
  if (body.length === 0 || contentType === "application/cbor") return;
  throw new WireError(
    "UnsupportedMediaTypeException",
    `Content-Type ${contentType ?? "(none)"} is not supported: application/cbor is expected.`,
    { status: 415 },
  );
}

const unmodelledError: StructureShape = {
  kind: "structure",
  name: "UnmodelledError",
  members: [textMember("message")],
  streaming: false,
};

/** An error's structure as it goes over the wire: with its type, and a message whether modelled or not. */
function asError(structure: StructureShape): StructureShape {
  const hasMessage = structure.members.some(({ name }) => name.toLowerCase() === "message");
  const message = hasMessage ? [] : [textMember("message")];
  return { ...structure, members: [textMember("__type"), ...structure.members, ...message] };
}

function textMember(name: string): Member {
  return {
    name,
    shape: { kind: "string" },
    required: false,
    jsonName: name,
    xmlName: undefined,
    flattened: false,
    sensitive: false,
    idempotencyToken: false,
    http: undefined,
    timestampFormat: undefined,
    constraint: undefined,
  };
}
