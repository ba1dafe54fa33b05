// The load client: signed requests over kept-alive connections, in a closed loop or at a steady rate.
import { createHash, createHmac } from "node:crypto";
import { Agent, request } from "node:http";
import { credentials, region } from "./server.ts";

export interface Call {
  /** The name in the credential scope. */
  readonly service: string;
  readonly target?: string;
  readonly path?: string;
  readonly contentType: string;
  readonly body: string;
}

export interface LoadResult {
  readonly calls: number;
  readonly failures: number;
  readonly elapsedMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface LoadOptions {
  readonly durationMs: number;
  readonly connections: number;
  /** Calls a second over all connections; as fast as answered when absent. */
  readonly rate?: number;
}

/**
 * Sends `next(n)` for n = 0, 1, 2 ... and measures each answer; a call that is not answered with 2xx is a
 * failure.
 */
export async function load(
  endpoint: URL,
  next: (index: number) => Call,
  options: LoadOptions,
): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: options.connections });
  const startedAt = performance.now();
  const latencies: number[] = [];
  let failures = 0;
  let sent = 0;

  async function connection(): Promise<void> {
    while (performance.now() - startedAt < options.durationMs) {
      const index = sent++;
      if (options.rate !== undefined) {
        const dueAt = startedAt + (index * 1000) / options.rate;
        const waitMs = dueAt - performance.now();
        if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
      const call = next(index);
      const beganAt = performance.now();
      const status = await send(endpoint, agent, call);
      latencies.push(performance.now() - beganAt);
      if (status < 200 || status > 299) failures++;
    }
  }
  await Promise.all(Array.from({ length: options.connections }, connection));
  agent.destroy();
  latencies.sort((a, b) => a - b);
  return {
    calls: latencies.length,
    failures,
    elapsedMs: performance.now() - startedAt,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
  };
}

export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** One signed POST; gives the status, and 0 when the connection failed. */
export function send(
  endpoint: URL,
  agent: Agent,
  call: Call,
  collect?: (text: string) => void,
): Promise<number> {
  const headers = signedHeaders(endpoint, call);
  return new Promise((resolve) => {
    const outgoing = request(
      {
        agent,
        method: "POST",
        host: endpoint.hostname,
        port: endpoint.port,
        path: call.path ?? "/",
        headers,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => (collect === undefined ? undefined : chunks.push(chunk)));
        response.on("end", () => {
          collect?.(Buffer.concat(chunks).toString());
          resolve(response.statusCode ?? 0);
        });
      },
    );
    outgoing.on("error", () => resolve(0));
    outgoing.end(call.body);
  });
}

const signingKeys = new Map<string, Buffer>();

/**
 * Signature version 4 over the headers that the SDKs sign: content-type, host, the payload's hash, date and
 * target.
 */
function signedHeaders(endpoint: URL, call: Call): Record<string, string> {
  const time = new Date().toISOString().replace(/[-:]|\.\d{3}/g, "");
  const scope = `${time.slice(0, 8)}/${region}/${call.service}/aws4_request`;
  const payloadHash = createHash("sha256").update(call.body).digest("hex");
  const headers: Record<string, string> = {
    "content-type": call.contentType,
    host: endpoint.host,
    "x-amz-content-sha256": payloadHash,
    "x-amz-date": time,
    ...(call.target === undefined ? {} : { "x-amz-target": call.target }),
  };
  const names = Object.keys(headers).sort();
  const canonicalHeaders = names.map((name) => `${name}:${headers[name]}\n`).join("");
  const canonical = ["POST", call.path ?? "/", "", canonicalHeaders, names.join(";"), payloadHash].join("\n");
  const toSign = ["AWS4-HMAC-SHA256", time, scope, createHash("sha256").update(canonical).digest("hex")].join(
    "\n",
  );
  const signature = createHmac("sha256", signingKey(scope)).update(toSign).digest("hex");
  headers["authorization"] =
    `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, ` +
    `SignedHeaders=${names.join(";")}, Signature=${signature}`;
  return headers;
}

function signingKey(scope: string): Buffer {
  const known = signingKeys.get(scope);
  if (known !== undefined) return known;
  const key = scope
    .split("/")
    .reduce<Buffer>(
      (secret, part) => createHmac("sha256", secret).update(part).digest(),
      Buffer.from(`AWS4${credentials.secretAccessKey}`),
    );
  signingKeys.set(scope, key);
  return key;
}

/** A call of CloudWatch over JSON. */
export function cloudWatch(operation: string, input: unknown): Call {
  return {
    service: "monitoring",
    target: `GraniteServiceVersion20100801.${operation}`,
    contentType: "application/x-amz-json-1.0",
    body: JSON.stringify(input),
  };
}
