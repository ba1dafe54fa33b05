// Reads the body of a request by callbacks, up to a limit.
import type { IncomingMessage } from "node:http";

export type BodyOutcome =
  | { readonly kind: "complete"; readonly bytes: Uint8Array }
  | { readonly kind: "too large" }
  /** The client went away before it had sent everything. */
  | { readonly kind: "cut off" };

const nothing = new Uint8Array(0);

/** Whether the head alone says that the body is over the limit. */
export function declaresTooMuch(request: IncomingMessage, limitBytes: number): boolean {
  return Number(request.headers["content-length"] ?? 0) > limitBytes;
}

/** Calls back once. A body that came in one piece is handed on without a copy. */
export function readBody(
  request: IncomingMessage,
  limitBytes: number,
  done: (outcome: BodyOutcome) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  let settled = false;
  const settle = (outcome: BodyOutcome) => {
    if (settled) return;
    settled = true;
    request.off("data", take);
    done(outcome);
  };
  const take = (chunk: Buffer) => {
    size += chunk.length;
    if (size > limitBytes) settle({ kind: "too large" });
    else chunks.push(chunk);
  };
  request.on("data", take);
  request.on("end", () => settle({ kind: "complete", bytes: joined(chunks, size) }));
  request.on("error", () => settle({ kind: "cut off" }));
  request.on("close", () => settle({ kind: "cut off" }));
}

function joined(chunks: readonly Buffer[], size: number): Uint8Array {
  const [first] = chunks;
  if (first === undefined) return nothing;
  return chunks.length === 1 ? first : Buffer.concat(chunks, size);
}
