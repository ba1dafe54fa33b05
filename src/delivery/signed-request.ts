// Sends a signed request to a service of AWS, or to something that speaks its protocol.
import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import { post } from "./post.ts";
import type { ServiceEndpoint } from "./service-endpoints.ts";

export interface ServiceRequest {
  readonly service: string;
  readonly region: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly signal: AbortSignal;
}

/**
 * @returns the body of the answer.
 * @throws AnswerError with what a service answered that did not succeed, Error with why it could not be
 * reached.
 */
export async function sendToService(endpoint: ServiceEndpoint, request: ServiceRequest): Promise<string> {
  const { service, region, path, body, now, signal } = request;
  const { accessKeyId, secretAccessKey } = endpoint;
  const { protocol, hostname, port, host } = new URL(endpoint.url);
  const credentials = { accessKeyId, secretAccessKey };
  // Loaded when it is needed first: most servers deliver nothing.
  const { SignatureV4 } = await import("@smithy/signature-v4");
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  const signed = await signer.sign(
    {
      method: "POST",
      protocol,
      hostname,
      ...(port === "" ? {} : { port: Number(port) }),
      path,
      query: {},
      headers: { ...request.headers, host },
      body,
    },
    { signingDate: new Date(now) },
  );
  const { host: _host, ...headers } = signed.headers;
  return post(endpoint.url + path, headers, body, signal);
}

/** The digest that the signer asks for. */
class Sha256 {
  readonly #digest: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#digest = secret === undefined ? createHash("sha256") : createHmac("sha256", bytesOf(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#digest.update(bytesOf(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(this.#digest.digest()));
  }

  reset(): void {
    throw new Error("a digest is made anew for every request");
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === "string") return Buffer.from(data);
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
