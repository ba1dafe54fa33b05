// The events of a payload in one piece.

const comma = Buffer.from(",");

/** With the commas between the buffers; see `EncodedPayload`. */
export function joinEvents(events: readonly Buffer[], before = "", behind = ""): Buffer {
  const parts = events.flatMap((text, index) => (index === 0 ? [text] : [comma, text]));
  return Buffer.concat([Buffer.from(before), ...parts, Buffer.from(behind)]);
}
