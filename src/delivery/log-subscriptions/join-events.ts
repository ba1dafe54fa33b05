// The events of a payload in one piece.

/** With the commas between the buffers; see `EncodedPayload`. */
export function joinEvents(events: readonly Buffer[]): Buffer {
  const comma = Buffer.from(",");
  return Buffer.concat(events.flatMap((text, index) => (index === 0 ? [text] : [comma, text])));
}
