// A stream of events as a client reads it: one object with one member for each event.
import { readFrames } from "../wire/event-frame-reader.ts";

/** What the server said went wrong in the middle of a stream. */
export interface StreamFailure {
  readonly code: string;
  readonly message: string;
}

/**
 * Leaving the loop ends the connection, and with it the server's work.
 * @throws what `failed` makes of a failure that the server has told.
 */
export async function* readEvents(
  body: AsyncIterable<Uint8Array>,
  failed: (failure: StreamFailure) => Error,
): AsyncGenerator<Readonly<Record<string, unknown>>> {
  for await (const { headers, payload } of readFrames(body)) {
    if (headers[":message-type"] === "error") {
      const code = headers[":error-code"] ?? "UnknownError";
      throw failed({ code, message: headers[":error-message"] ?? code });
    }
    const name = headers[":event-type"] ?? "";
    if (name !== "initial-response") yield { [name]: JSON.parse(payload.toString()) as unknown };
  }
}
