// A server on this machine that takes what is delivered: streams, functions, a search domain and addresses.
import { createServer, type IncomingMessage } from "node:http";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { SubscriptionPayload } from "../../src/core/logs/subscription-payload.ts";

export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

export interface Receiver {
  readonly url: string;
  readonly requests: ReceivedRequest[];
  /** What the next requests are answered; 200 and `{}` when there is nothing. */
  readonly answers: (readonly [status: number, body: string])[];
  /** The next request waits for its answer until it is given. */
  hold(): { readonly asked: Promise<void>; give(): void };
  /** A file for `--service-endpoints` in which every service is this one. */
  readonly endpointsFile: string;
  /** The payloads in all requests, without control messages. */
  payloads(): readonly SubscriptionPayload[];
  stop(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const requests: ReceivedRequest[] = [];
  const answers: (readonly [number, string])[] = [];
  let onHeld: ((give: () => void) => void) | undefined;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const [status, text] = answers.shift() ?? [200, "{}"];
      const { url: path = "", headers } = request;
      if (status < 400) requests.push({ path, headers, body: Buffer.concat(chunks) });
      const give = () => response.writeHead(status, { "content-type": "application/json" }).end(text);
      if (onHeld === undefined) give();
      else onHeld(give);
      onHeld = undefined;
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  const url = `http://127.0.0.1:${address.port}`;
  const endpointsFile = join(mkdtempSync(join(tmpdir(), "groundwatch-endpoints-")), "endpoints.json");
  const keys = { accessKeyId: "delivery", secretAccessKey: "secret" };
  writeFileSync(
    endpointsFile,
    JSON.stringify({ kinesis: { url, ...keys }, firehose: url, lambda: url, es: url }),
  );
  return {
    url,
    requests,
    answers,
    endpointsFile,
    hold() {
      let give = (): unknown => undefined;
      const asked = new Promise<void>((resolve) => {
        onHeld = (giveHeld) => {
          give = giveHeld;
          resolve();
        };
      });
      return { asked, give: () => void give() };
    },
    payloads: () =>
      requests
        .flatMap((request) => payloadOf(request))
        .filter(({ messageType }) => messageType === "DATA_MESSAGE"),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** As the receivers of AWS unpack it. */
export function payloadOf({ headers, body }: ReceivedRequest): readonly SubscriptionPayload[] {
  if (headers["content-encoding"] === "gzip") return [unpack(body)];
  if (headers["content-type"] === "application/x-ndjson") return [];
  const request = JSON.parse(body.toString()) as {
    readonly Data?: string;
    readonly Records?: readonly { readonly Data: string }[];
    readonly awslogs?: { readonly data: string };
  };
  const data = [request.Data, request.awslogs?.data, ...(request.Records ?? []).map(({ Data }) => Data)];
  return data.flatMap((text) => (text === undefined ? [] : [unpack(Buffer.from(text, "base64"))]));
}

const unpack = (data: Buffer) => JSON.parse(gunzipSync(data).toString()) as SubscriptionPayload;
