// Posts to an address.
import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";

/** An answer that is no success. */
export class AnswerError extends Error {
  override readonly name = "AnswerError";
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

const limits = {
  responseMs: 30_000,
  /** Longer answers are no answers of what is posted to here. */
  answerBytes: 16 * 1024 * 1024,
  /** A connection that rests longer may have been closed at the other end. */
  idleConnectionMs: 4_000,
} as const;
const shownCharacters = 500;

const agentOptions = { keepAlive: true, timeout: limits.idleConnectionMs };
const agents = { "http:": new HttpAgent(agentOptions), "https:": new HttpsAgent(agentOptions) };

/**
 * Not `fetch`, which copies a body several times on its way: a payload of 100 kB takes it 2.5 ms.
 * @returns the body of the answer.
 * @throws AnswerError with what was answered that is no success, also where it sends elsewhere; Error with
 * why the address could not be reached.
 */
export async function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array,
  signal: AbortSignal,
): Promise<string> {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  const limited = AbortSignal.any([signal, AbortSignal.timeout(limits.responseMs)]);
  const [status, text] = await exchange(url, headers, bytes, limited).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${url} could not be reached: ${reason}`, { cause: error });
  });
  if (status >= 200 && status < 300) return text;
  throw new AnswerError(`${url} answered ${status}: ${text.slice(0, shownCharacters)}`, status);
}

async function exchange(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
  signal: AbortSignal,
): Promise<readonly [status: number, text: string]> {
  const address = new URL(url);
  const isSecure = address.protocol === "https:";
  const options = {
    method: "POST",
    headers: { ...headers, "content-length": body.length },
    agent: agents[isSecure ? "https:" : "http:"],
    signal,
  };
  return new Promise((resolve, reject) => {
    const request = (isSecure ? httpsRequest : httpRequest)(address, options, (answer) => {
      const status = answer.statusCode ?? 0;
      textOf(answer).then((text) => resolve([status, text]), reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > limits.answerBytes) throw new Error(`its answer has more than ${limits.answerBytes} bytes`);
  }
  return Buffer.concat(chunks).toString();
}
