// awsJson 1.0 and 1.1: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
import type { ProtocolFactory } from "./protocol.ts";

export function createJsonProtocol(name: "awsJson1.0" | "awsJson1.1"): ProtocolFactory {
  return () => ({
    name,
    decode: () => ({}),
    encode: () => ({ status: 200, headers: {}, body: "{}" }),
    encodeError: (failure) => ({ status: failure.status, headers: {}, body: failure.name }),
  });
}
