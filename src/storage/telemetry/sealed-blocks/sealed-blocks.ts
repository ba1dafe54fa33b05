// Log events of a group with a key as rows of their table: blocks that are packed and sealed as a whole.
import type { LogEventSealer } from "../../encryption/log-encryption.ts";
import type { ColumnsOf } from "../tables.ts";
import { packTexts, type PackedEvent } from "./pack-texts.ts";

export interface BlockPlace {
  readonly groupId: number;
  readonly streamId: number;
  readonly retentionDays: number;
  /** Epoch milliseconds. */
  readonly ingestedAt: number;
}

interface BlockEvent extends PackedEvent {
  readonly timestamp: number;
}

/** A block is full with so many characters: larger ones pack little better, and a page opens more of them. */
const blockCharacters = 32 * 1024;
const blockEvents = 1_024;
const dayMs = 86_400_000;

/** What the sealed bytes of a block are bound to. */
export const blockContext = (firstSequence: bigint): string => `block ${firstSequence}`;

/** The sequence numbers of the events follow each other from `first`. */
export function blocksOf(
  sealer: LogEventSealer,
  { groupId, streamId, retentionDays, ingestedAt }: BlockPlace,
  events: readonly BlockEvent[],
  first: bigint,
): ColumnsOf<"log_events_sealed_blocks"> {
  const blocks = cut(events).map(({ from, to }) => {
    const part = events.slice(from, to);
    const times = part.map(({ timestamp }) => timestamp);
    const earliestAt = Math.min(...times);
    const sequence = first + BigInt(from);
    return {
      earliestAt,
      lastAt: Math.max(...times),
      sequence,
      offsets: times.map((time) => Math.trunc(time) - Math.trunc(earliestAt)),
      sealed: sealer.seal(blockContext(sequence), packTexts(part)),
    };
  });
  return {
    group_id: blocks.map(() => groupId),
    stream_id: blocks.map(() => streamId),
    timestamp: blocks.map(({ earliestAt }) => Math.trunc(earliestAt)),
    sequence: blocks.map(({ sequence }) => sequence),
    ingested_at: blocks.map(() => ingestedAt),
    retention_days: blocks.map(() => retentionDays),
    last_at: blocks.map(({ lastAt }) => Math.trunc(lastAt)),
    offsets: blocks.map(({ offsets }) => offsets),
    data_key: blocks.map(() => sealer.dataKeyId),
    sealed: blocks.map(({ sealed }) => sealed),
  };
}

/** Events that follow each other, of one day of UTC as partitions are. */
function cut(events: readonly BlockEvent[]): readonly { readonly from: number; readonly to: number }[] {
  const blocks: { from: number; to: number }[] = [];
  let day: number | undefined;
  let characters = 0;
  events.forEach(({ timestamp, message, transformed = "", unmasked = "" }, index) => {
    const last = blocks.at(-1);
    const dayOfEvent = Math.floor(timestamp / dayMs);
    const isFull = characters >= blockCharacters || index - (last?.from ?? 0) >= blockEvents;
    if (last === undefined || isFull || dayOfEvent !== day) {
      blocks.push({ from: index, to: index + 1 });
      characters = 0;
    } else last.to = index + 1;
    day = dayOfEvent;
    characters += message.length + transformed.length + unmasked.length;
  });
  return blocks;
}
