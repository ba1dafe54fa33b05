// Cuts a stream of bytes into the texts that it carries: by lines, or as syslog over TCP counts them.

/** Of one connection. */
export interface Framing {
  /** The texts that are complete with these bytes. */
  push(bytes: Uint8Array): readonly Uint8Array[];
  /** What is left when the sender has closed. */
  end(): readonly Uint8Array[];
  /** Bytes that wait for the rest of their text. */
  waitingBytes(): number;
}

const lineFeed = 0x0a;

export function lineFraming(): Framing {
  let parts: Uint8Array[] = [];
  let waiting = 0;
  const keep = (bytes: Uint8Array) => {
    parts.push(bytes);
    waiting += bytes.length;
  };
  const take = (): Uint8Array => {
    const text = joined(parts, waiting);
    parts = [];
    waiting = 0;
    return text;
  };
  return {
    push(bytes) {
      const texts: Uint8Array[] = [];
      let from = 0;
      for (let end = bytes.indexOf(lineFeed); end >= 0; end = bytes.indexOf(lineFeed, from)) {
        keep(bytes.subarray(from, end));
        texts.push(take());
        from = end + 1;
      }
      if (from < bytes.length) keep(bytes.subarray(from));
      return texts;
    },
    end: () => (waiting === 0 ? [] : [take()]),
    waitingBytes: () => waiting,
  };
}

/**
 * Texts that begin with their length and a space are cut by it, all others end with a line feed.
 * https://www.rfc-editor.org/rfc/rfc6587#section-3.4
 */
export function syslogFraming(): Framing {
  let rest: Uint8Array = new Uint8Array(0);
  let wanted = 0;
  return {
    push(bytes) {
      rest = joined([rest, bytes], rest.length + bytes.length);
      if (rest.length < wanted) return [];
      const texts: Uint8Array[] = [];
      let from = 0;
      for (;;) {
        const frame = nextFrame(rest, from);
        wanted = Number.isFinite(frame.end) ? frame.end - from : 0;
        if (frame.end > rest.length) break;
        texts.push(rest.subarray(frame.start, frame.end));
        from = rest[frame.end] === lineFeed ? frame.end + 1 : frame.end;
      }
      rest = rest.slice(from);
      return texts;
    },
    end() {
      const left = rest;
      rest = new Uint8Array(0);
      return left.length === 0 ? [] : [left];
    },
    waitingBytes: () => Math.max(rest.length, wanted),
  };
}

/** The end is beyond the bytes when more must come. */
function nextFrame(bytes: Uint8Array, from: number): { readonly start: number; readonly end: number } {
  let at = from;
  let length = 0;
  while (isDigit(bytes[at]) && at - from < 9) length = length * 10 + (bytes[at++] ?? 0) - 0x30;
  if (at > from && bytes[at] === 0x20) return { start: at + 1, end: at + 1 + length };
  const end = bytes.indexOf(lineFeed, from);
  return { start: from, end: end < 0 ? Number.POSITIVE_INFINITY : end };
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
