// restJson1: https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
import type { Protocol } from "./protocol.ts";
import type { ServiceModel } from "./shapes.ts";

export function createRestProtocol(_service: ServiceModel): Protocol {
  return {
    name: "restJson1",
    decode: () => ({}),
    encode: () => ({ status: 200, headers: {}, body: "{}" }),
    encodeError: (failure) => ({ status: failure.status, headers: {}, body: failure.name }),
  };
}
