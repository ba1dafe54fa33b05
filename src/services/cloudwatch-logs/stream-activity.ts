// When each stream had its first and last event, and how much each group holds, written behind.
import type { Clock } from "../../core/clock.ts";
import { begin } from "../../core/begin.ts";
import type { Change, State } from "../../storage/state.ts";
import { readStreamActivity } from "../../storage/telemetry/log-events.ts";
import type { Telemetry } from "../../storage/telemetry.ts";
import {
  collectionNames,
  sizesIn,
  streamScope,
  streamsIn,
  type StoredGroupSize,
  type StoredStream,
} from "./stored-groups.ts";

/** What a batch of stored events tells of its stream. */
export interface Activity {
  readonly groupId: number;
  readonly streamName: string;
  readonly firstEventAt: number;
  readonly lastEventAt: number;
  readonly lastIngestionAt: number;
  readonly storedBytes: number;
}

/** The instants of a stream's first and last events, epoch milliseconds. */
export interface EventTimes {
  readonly firstEventAt: number;
  readonly lastEventAt: number;
}

/** Those of a stream without events. */
const noTimes: EventTimes = {
  firstEventAt: Number.POSITIVE_INFINITY,
  lastEventAt: Number.NEGATIVE_INFINITY,
};

/**
 * Between which instants all events of a stream are; undefined where that is not known for sure. `stored` was
 * read from state after this was made.
 */
export type KnownEventTimes = (
  groupId: number,
  streamName: string,
  stored: StoredStream,
) => EventTimes | undefined;

const flushDelayMs = 1_000;
/**
 * How far back the next start looks beyond the last write: an event may be noted so long after its arrival.
 */
const overlapMs = 60_000;
/** With more streams in doubt, nothing is known for sure until the next start. */
const doubtfulStreams = 10_000;
const watermarkCollection = "log-activity";

/** What arrived before is written. */
interface Watermark {
  readonly ingestedAt: number;
}

/**
 * AWS updates these figures eventually; here a second later, and at once for whoever asks (`flush`). What was
 * noted and not yet written when the process is killed is found again in telemetry at the next start: by the
 * events that arrived after the last write. Reads rely on it: of a stream they look at no other times.
 */
export class StreamActivity {
  readonly #state: State;
  readonly #telemetry: Telemetry;
  readonly #clock: Clock;
  #noted = new Map<string, Activity>();
  /** What is on its way into state. */
  #writing: ReadonlyMap<string, Activity> = new Map();
  /** Of events that are on their way into telemetry. */
  readonly #begun = new Set<Activity>();
  /** Of events that telemetry has failed to take, some of which it may have. */
  readonly #doubtful = new Map<string, Activity>();
  /** When the earliest of them arrived. */
  #doubtfulSince = Number.POSITIVE_INFINITY;
  /** Nothing is known for sure without it. */
  #isRecovered = false;
  /** The latest watermark that may have been written. */
  #writtenUntil = Number.NEGATIVE_INFINITY;
  #waiting = false;
  /** Writes happen one after the other, behind the recovery. */
  #tail: Promise<void>;

  constructor(state: State, telemetry: Telemetry, clock: Clock) {
    this.#state = state;
    this.#telemetry = telemetry;
    this.#clock = clock;
    this.#tail = this.#recover();
    this.#tail.catch(() => undefined); // the next write tells whoever waits for it
  }

  /**
   * Notes the events that `store` stores. It is called at once if that can be, and let go then: what it holds
   * on to, and its result does not, is not kept until the events are stored.
   */
  storing<Result>(activity: Activity, store: () => Promise<Result>): Promise<Result> {
    this.#begun.add(activity);
    // The clock was set back: the next start would not look where these events arrive.
    const isLate = isBehind(activity.lastIngestionAt, this.#writtenUntil);
    const stored = isLate ? this.#bringBack(activity.lastIngestionAt).then(store) : begin(store);
    return this.#noteWhenStored(activity, stored);
  }

  async #noteWhenStored<Result>(activity: Activity, stored: Promise<Result>): Promise<Result> {
    try {
      const result = await stored;
      this.#note(activity);
      return result;
    } catch (error) {
      this.#doubt(activity);
      throw error;
    } finally {
      this.#begun.delete(activity);
    }
  }

  /** Call it before the streams are read from state. */
  knownTimes(): KnownEventTimes {
    const isKnown = this.#isRecovered && this.#doubtful.size <= doubtfulStreams;
    // What other nodes have yet to write is not known here.
    if (!isKnown || this.#state.node !== undefined) return () => undefined;
    const unwritten = [this.#noted, this.#writing, this.#doubtful];
    const begun = [...this.#begun];
    return (groupId, streamName, stored) => {
      const key = keyOf({ groupId, streamName });
      return [
        ...unwritten.flatMap((activities) => activities.get(key) ?? []),
        ...begun.filter((activity) => keyOf(activity) === key),
        { ...noTimes, ...stored },
      ].reduce(mergeTimes, noTimes);
    };
  }

  /** Resolves when everything noted so far can be read from state. */
  flush(): Promise<void> {
    const write = () => this.#write();
    this.#tail = this.#tail.then(write, write);
    return this.#tail;
  }

  /** Forgets what is noted and not written. */
  forget(): void {
    this.#noted = new Map();
  }

  #note(activity: Activity): void {
    add(this.#noted, activity);
    if (this.#waiting) return;
    this.#waiting = true;
    this.#clock.schedule(this.#clock.now() + flushDelayMs, () => {
      this.#waiting = false;
      return this.flush().catch(() => undefined); // what was not written stays noted
    });
  }

  #doubt(activity: Activity): void {
    this.#doubtfulSince = Math.min(this.#doubtfulSince, activity.lastIngestionAt);
    if (this.#doubtful.size <= doubtfulStreams) add(this.#doubtful, activity);
  }

  async #write(): Promise<void> {
    if (!this.#isRecovered) await this.#recover();
    if (this.#noted.size === 0) return;
    const batch = [...this.#noted.values()];
    const watermark = this.#watermark();
    this.#writing = this.#noted;
    this.#noted = new Map();
    try {
      await this.#apply(batch, watermark);
    } catch (error) {
      for (const activity of batch) add(this.#noted, activity);
      throw error;
    } finally {
      this.#writing = new Map();
    }
  }

  /** Streams that were deleted meanwhile are passed over; a write that loses a race is made again. */
  async #apply(activities: readonly Activity[], watermark: Change): Promise<void> {
    for (;;) {
      const { changes, bytes } = await this.#streamChanges(activities);
      const written = await this.#state.write([...changes, ...(await this.#sizeChanges(bytes)), watermark]);
      if (written) return;
    }
  }

  /** Everything that arrived before and that is stored has been noted. */
  #watermark(): Change {
    const ingestedAt = [...this.#begun].reduce(
      (least, { lastIngestionAt }) => Math.min(least, lastIngestionAt),
      Math.min(this.#clock.now(), this.#doubtfulSince),
    );
    this.#writtenUntil = Math.max(this.#writtenUntil, ingestedAt);
    return watermarkChange(ingestedAt);
  }

  #bringBack(ingestedAt: number): Promise<void> {
    const write = async () => {
      const written = await this.#readWatermark();
      if (isBehind(ingestedAt, written)) await this.#state.write([watermarkChange(ingestedAt)]);
      this.#writtenUntil = Math.min(written, ingestedAt);
    };
    this.#tail = this.#tail.then(write, write);
    return this.#tail;
  }

  async #readWatermark(): Promise<number> {
    const found = await this.#state.collection<Watermark>(watermarkCollection).get("", "watermark");
    return found?.value.ingestedAt ?? 0;
  }

  async #streamChanges(activities: readonly Activity[]) {
    const changes: Change[] = [];
    const bytes = new Map<number, number>();
    for (const [groupId, ofGroup] of groupBy(activities, (activity) => activity.groupId)) {
      const scope = streamScope(groupId);
      const byName = new Map(ofGroup.map((activity) => [activity.streamName, activity]));
      for (const { key, value, version } of await streamsIn(this.#state).getMany(scope, [...byName.keys()])) {
        const activity = byName.get(key);
        if (activity === undefined) continue;
        const next = mergeIntoStream(value, activity);
        const { streams: collection } = collectionNames;
        const rank = next.lastEventAt ?? next.createdAt;
        changes.push({ kind: "replace", collection, scope, key, value: next, version, rank });
        bytes.set(groupId, (bytes.get(groupId) ?? 0) + activity.storedBytes);
      }
    }
    return { changes, bytes };
  }

  async #sizeChanges(bytes: ReadonlyMap<number, number>): Promise<readonly Change[]> {
    const found = await sizesIn(this.#state).getMany("", [...bytes.keys()].map(String));
    const known = new Map(found.map(({ key, value }) => [key, value.storedBytes]));
    return [...bytes].map(([groupId, added]) => {
      const key = String(groupId);
      const value: StoredGroupSize = { storedBytes: (known.get(key) ?? 0) + added };
      return { kind: "put", collection: collectionNames.sizes, scope: "", key, value };
    });
  }

  /** What a process that was killed had noted: events behind the last write, by number of stream. */
  async #recover(): Promise<void> {
    const written = await this.#readWatermark();
    // Where time has gone back, what arrives from now on is before the last write, and shall be found again.
    const ingestedAt = Math.min(written, this.#clock.now());
    const watermark = watermarkChange(ingestedAt);
    if (ingestedAt < written) await this.#state.write([watermark]);
    this.#writtenUntil = ingestedAt;
    const rows = await readStreamActivity(this.#telemetry, ingestedAt - overlapMs);
    const activities: Activity[] = [];
    for (const [groupId, ofGroup] of groupBy(rows, (row) => row.groupId)) {
      const names = await this.#streamNames(groupId);
      for (const row of ofGroup) {
        const streamName = names.get(row.streamId);
        // The bytes may be counted already: a figure a second behind beats one that grows with each start.
        if (streamName !== undefined) activities.push({ ...row, streamName, storedBytes: 0 });
      }
    }
    // What arrives meanwhile is found again: the watermark stays where it was.
    if (activities.length > 0) await this.#apply(activities, watermark);
    this.#isRecovered = true;
  }

  async #streamNames(groupId: number): Promise<ReadonlyMap<number, string>> {
    const names = new Map<number, string>();
    const pageSize = 1_000;
    for (let after: string | undefined; ;) {
      const page = await streamsIn(this.#state).list(streamScope(groupId), {
        limit: pageSize,
        ...(after === undefined ? {} : { after: { key: after } }),
      });
      for (const { key, value } of page) names.set(value.id, key);
      after = page.at(-1)?.key;
      if (page.length < pageSize) return names;
    }
  }
}

/** Whether the next start would pass over what arrived then. */
function isBehind(ingestedAt: number, watermark: number): boolean {
  return ingestedAt <= watermark - overlapMs;
}

function watermarkChange(ingestedAt: number): Change {
  const value: Watermark = { ingestedAt };
  return { kind: "put", collection: watermarkCollection, scope: "", key: "watermark", value };
}

/** Names hold no line breaks. */
function keyOf({ groupId, streamName }: Pick<Activity, "groupId" | "streamName">): string {
  return `${groupId}\n${streamName}`;
}

function add(activities: Map<string, Activity>, activity: Activity): void {
  const before = activities.get(keyOf(activity));
  activities.set(keyOf(activity), before === undefined ? activity : merge(before, activity));
}

function mergeTimes(one: EventTimes, other: EventTimes): EventTimes {
  return {
    firstEventAt: Math.min(one.firstEventAt, other.firstEventAt),
    lastEventAt: Math.max(one.lastEventAt, other.lastEventAt),
  };
}

function merge(one: Activity, other: Activity): Activity {
  return {
    ...one,
    ...mergeTimes(one, other),
    lastIngestionAt: Math.max(one.lastIngestionAt, other.lastIngestionAt),
    storedBytes: one.storedBytes + other.storedBytes,
  };
}

function mergeIntoStream(stream: StoredStream, activity: Activity): StoredStream {
  const { firstEventAt, lastEventAt, lastIngestionAt } = activity;
  return {
    ...stream,
    firstEventAt: Math.min(stream.firstEventAt ?? firstEventAt, firstEventAt),
    lastEventAt: Math.max(stream.lastEventAt ?? lastEventAt, lastEventAt),
    lastIngestionAt: Math.max(stream.lastIngestionAt ?? lastIngestionAt, lastIngestionAt),
  };
}

function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): ReadonlyMap<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
