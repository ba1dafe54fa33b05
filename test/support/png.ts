// Reads a PNG, so that a test can tell what is on it.
import { inflateSync } from "node:zlib";

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** How many pixels are of exactly this colour, like `#ff7f0e`. */
  count(color: string): number;
}

/** Pictures of 8 bits a channel with transparency, as resvg writes them. */
export function readPng(bytes: Uint8Array): Picture {
  const data = Buffer.from(bytes);
  if (data.toString("latin1", 1, 4) !== "PNG") throw new Error("not a PNG");
  const [width, height, depth, type] = [data.readUInt32BE(16), data.readUInt32BE(20), data[24], data[25]];
  if (depth !== 8 || type !== 6) throw new Error(`depth ${depth} and type ${type} are not read`);
  const parts: Buffer[] = [];
  for (let at = 8; at < data.length; at += data.readUInt32BE(at) + 12) {
    const length = data.readUInt32BE(at);
    if (data.toString("latin1", at + 4, at + 8) === "IDAT")
      parts.push(data.subarray(at + 8, at + 8 + length));
  }
  const pixels = unfilter(inflateSync(Buffer.concat(parts)), width, height);
  return {
    width,
    height,
    count(color) {
      const wanted = Number.parseInt(color.slice(1), 16);
      let found = 0;
      for (let at = 0; at < pixels.length; at += 4) if (pixels.readUIntBE(at, 3) === wanted) found++;
      return found;
    },
  };
}

const channels = 4;

/** Every row says how it was told from its neighbours: https://www.w3.org/TR/png-3/#9Filters */
function unfilter(filtered: Buffer, width: number, height: number): Buffer {
  const stride = width * channels;
  const pixels = Buffer.alloc(stride * height);
  for (let row = 0; row < height; row++) {
    const kind = filtered[row * (stride + 1)];
    for (let column = 0; column < stride; column++) {
      const at = row * stride + column;
      const left = column < channels ? 0 : pixels[at - channels]!;
      const up = row === 0 ? 0 : pixels[at - stride]!;
      const corner = row === 0 || column < channels ? 0 : pixels[at - stride - channels]!;
      const guesses = [0, left, up, (left + up) >> 1, paeth(left, up, corner)];
      pixels[at] = (filtered[row * (stride + 1) + 1 + column]! + guesses[kind!]!) & 0xff;
    }
  }
  return pixels;
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [toLeft, toUp, toCorner] = [left, up, corner].map((one) => Math.abs(guess - one)) as [
    number,
    number,
    number,
  ];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}
