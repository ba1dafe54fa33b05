// Writes an answer to its connection, at the pace at which the client reads it.
import type { ServerResponse } from "node:http";
import type { WireResponse } from "../wire/request.ts";

/**
 * Resolves when the answer is handed over or the client has gone away; rejects when a stream fails on our
 * side.
 */
export function writeAnswer(response: ServerResponse, answer: WireResponse): Promise<void> | undefined {
  const { status, headers, body } = answer;
  if (response.destroyed) return stopReading(body);
  if (typeof body === "string" || body instanceof Uint8Array) {
    const length = typeof body === "string" ? Buffer.byteLength(body) : body.length;
    response.writeHead(status, Object.assign({}, headers, { "content-length": length }));
    response.end(body);
    return undefined;
  }
  response.writeHead(status, headers);
  response.flushHeaders();
  return writeStream(response, body);
}

async function stopReading(body: WireResponse["body"]): Promise<void> {
  if (typeof body === "string" || body instanceof Uint8Array) return;
  await body[Symbol.asyncIterator]().return?.();
}

/** Leaving the loop ends the stream's source, for whatever reason it is left. */
async function writeStream(response: ServerResponse, body: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const chunk of body) {
      if (response.destroyed) return;
      if (!response.write(chunk)) await drained(response);
      if (response.destroyed) return;
    }
    response.end();
  } catch (error) {
    // The status is sent already: a connection that breaks off is the only way left to say that this went
    // wrong.
    response.destroy();
    throw error;
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
  });
}
