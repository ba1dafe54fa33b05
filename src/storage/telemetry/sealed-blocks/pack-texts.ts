// The texts of many log events as one, packed, to be sealed together.
import { GrowingBytes } from "../growing-bytes.ts";
import { packLz4 } from "./lz4.ts";

export interface PackedEvent {
  readonly message: string;
  readonly transformed?: string;
  readonly unmasked?: string;
  readonly indexed: Readonly<Record<string, string>>;
}

/**
 * How much more than its own size a block may hold. The engine reads as many blocks at once as have a certain
 * size; texts that are all alike would be a hundred times as large when they are unpacked.
 */
const mostTimesLarger = 32;

/**
 * How many bytes there are unpacked and packed, in four bytes each, and an LZ4 block, with zeros behind it
 * when it is very small. Unpacked they are four arrays as the engine's format RowBinary has them: messages,
 * transformed and unmasked texts, and maps of indexed fields; so nothing has to be taken apart when they are
 * read, and what is alike stands together.
 * https://clickhouse.com/docs/interfaces/formats/RowBinary
 */
export function packTexts(events: readonly PackedEvent[]): Buffer {
  texts.clear();
  for (const textOf of columns) {
    texts.varint(events.length);
    for (const event of events) texts.text(textOf(event));
  }
  texts.varint(events.length);
  for (const { indexed } of events) {
    const fields = Object.keys(indexed);
    texts.varint(fields.length);
    for (const field of fields) {
      texts.text(field);
      texts.text(indexed[field] ?? "");
    }
  }
  const unpacked = texts.view();
  const packed = packLz4(unpacked);
  const size = headBytes + Math.max(packed.length, Math.ceil(unpacked.length / mostTimesLarger));
  const whole = Buffer.alloc(size);
  whole.writeUInt32LE(unpacked.length, 0);
  whole.writeUInt32LE(packed.length, 4);
  packed.copy(whole, headBytes);
  return whole;
}

const texts = new GrowingBytes(128 * 1024);
const headBytes = 8;

const columns = [
  ({ message }: PackedEvent) => message,
  ({ transformed = "" }: PackedEvent) => transformed,
  ({ unmasked = "" }: PackedEvent) => unmasked,
] as const;

/** What a block is unpacked as: to make a dictionary of the fields would take longer than it saves. */
export const unpackedType = "Tuple(Array(String), Array(String), Array(String), Array(Map(String, String)))";
