// The texts of a log event as one, to be sealed together: one nonce, one tag and one cipher for all.
import { sql, type Sql } from "../../core/sql.ts";

export interface EventTexts {
  readonly message: string;
  readonly transformed?: string;
  readonly unmasked?: string;
  readonly indexed: Readonly<Record<string, string>>;
}

/**
 * A zero byte and the message; or, when there is more than the message, a byte that is one, the lengths of
 * the message, the transformed and the unmasked text in four bytes each, and these texts with the map of
 * indexed fields behind them, as JSON.
 */
export function joinTexts({
  message,
  transformed = "",
  unmasked = "",
  indexed,
}: EventTexts): string | Uint8Array {
  const map = Object.keys(indexed).length === 0 ? "" : JSON.stringify(indexed);
  if (map === "" && transformed === "" && unmasked === "") return `\0${message}`;
  const texts = [message, transformed, unmasked, map];
  const bytes = Buffer.allocUnsafe(headBytes + texts.reduce((sum, text) => sum + 3 * text.length, 0));
  bytes[0] = 1;
  let end = headBytes;
  texts.forEach((text, index) => {
    const length = bytes.write(text, end);
    if (index < 3) bytes.writeUInt32LE(length, 1 + 4 * index);
    end += length;
  });
  return bytes.subarray(0, end);
}

const headBytes = 13;

/**
 * The texts of an expression that was joined, as expressions. They count instead of deciding by `if`, whose
 * branches the engine would work out each by itself, the opening of the text included.
 */
export function splitTexts(joined: Sql): Readonly<Record<keyof EventTexts, Sql>> {
  const isMore = sql`ascii(${joined})`;
  const length = (at: number) => sql`reinterpretAsUInt32(substring(${joined}, ${at}, 4))`;
  const [message, transformed, unmasked] = [length(2), length(6), length(10)];
  const first = headBytes + 1;
  const part = (start: Sql, size: Sql) => sql`substring(${joined}, ${start}, ${isMore} * ${size})`;
  const map = part(sql`${first} + ${message} + ${transformed} + ${unmasked}`, sql`${longest}`);
  return {
    message: sql`substring(${joined}, 2 + ${first - 2} * ${isMore},
      ${isMore} * ${message} + (1 - ${isMore}) * ${longest})`,
    transformed: part(sql`${first} + ${message}`, transformed),
    unmasked: part(sql`${first} + ${message} + ${transformed}`, unmasked),
    indexed: sql`JSONExtract(${map}, 'Map(String, String)')`,
  };
}

/** Gives NULL for what a key cannot open. */
export const openingFunction = "tryDecrypt";

/** Longer than any text. */
const longest = 4_294_967_295;
