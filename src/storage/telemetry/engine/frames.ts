// Messages between the server and its engine process: a length, a JSON head and bytes.

/**
 * `open` comes first and once. `run` is one statement in a lane of sessions; the `tag` is its `log_comment`,
 * by which it can be cancelled.
 */
export type EngineRequest =
  | { readonly id: number; readonly kind: "open"; readonly folder: string; readonly configFile: string }
  | {
      readonly id: number;
      readonly kind: "run";
      readonly lane: Lane;
      readonly tag: string;
      readonly text: string;
    }
  | { readonly id: number; readonly kind: "cancel"; readonly tag: string }
  | { readonly id: number; readonly kind: "ping" }
  | { readonly id: number; readonly kind: "close" };

/** Inserts have sessions of their own, so that long queries never hold them up. */
export type Lane = "query" | "insert";

export interface EngineResponse {
  readonly id: number;
  readonly error?: string;
  readonly residentBytes?: number;
}

const lengthBytes = 4;

/** Parts to be written one after the other, so that a large body is not copied. */
export function encodeFrame(head: EngineRequest | EngineResponse, body?: Uint8Array): readonly Uint8Array[] {
  const text = Buffer.from(JSON.stringify(head));
  const lengths = Buffer.allocUnsafe(lengthBytes * 2);
  lengths.writeUInt32LE(text.length + (body?.length ?? 0), 0);
  lengths.writeUInt32LE(text.length, lengthBytes);
  const start = Buffer.concat([lengths, text]);
  return body === undefined || body.length === 0 ? [start] : [start, body];
}

/**
 * Gives a consumer of chunks that calls `receive` for each whole frame.
 * @throws RangeError for a frame above `maximumBytes`: the other side is not ours.
 */
export function createFrameReader(
  maximumBytes: number,
  receive: (head: unknown, body: Buffer) => void,
): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let available = 0;
  let needed = lengthBytes * 2;
  return (chunk) => {
    chunks.push(chunk);
    available += chunk.length;
    while (available >= needed) {
      const bytes = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
      const total = lengthBytes * 2 + bytes.readUInt32LE(0);
      if (total > maximumBytes) throw new RangeError(`a frame of ${total} bytes`);
      if (available >= total) {
        const bodyAt = lengthBytes * 2 + bytes.readUInt32LE(lengthBytes);
        receive(
          JSON.parse(bytes.toString("utf8", lengthBytes * 2, bodyAt)) as unknown,
          bytes.subarray(bodyAt, total),
        );
      }
      const taken = available >= total ? total : 0;
      chunks = taken === available ? [] : [bytes.subarray(taken)];
      available -= taken;
      needed = taken === 0 ? total : lengthBytes * 2;
    }
  };
}
