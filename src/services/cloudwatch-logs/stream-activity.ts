// When each stream had its first and last event, and how much each group holds, written behind.
import type { Clock } from "../../core/clock.ts";
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

const flushDelayMs = 1_000;
/**
 * How far back the next start looks beyond the last write: an event may be noted so long after its arrival.
 */
const overlapMs = 60_000;
const watermarkCollection = "log-activity";

interface Watermark {
  readonly ingestedAt: number;
}

/**
 * AWS updates these figures eventually; here a second later, and at once for whoever asks (`flush`). What was
 * noted and not yet written when the process is killed is found again in telemetry at the next start: by the
 * events that arrived after the last write.
 */
export class StreamActivity {
  readonly #state: State;
  readonly #telemetry: Telemetry;
  readonly #clock: Clock;
  #noted = new Map<string, Activity>();
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

  note(activity: Activity): void {
    this.#add(activity);
    if (this.#waiting) return;
    this.#waiting = true;
    this.#clock.schedule(this.#clock.now() + flushDelayMs, () => {
      this.#waiting = false;
      return this.flush().catch(() => undefined); // what was not written stays noted
    });
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

  #add(activity: Activity): void {
    const key = `${activity.groupId}\n${activity.streamName}`;
    const before = this.#noted.get(key);
    this.#noted.set(key, before === undefined ? activity : merge(before, activity));
  }

  async #write(): Promise<void> {
    if (this.#noted.size === 0) return;
    const batch = [...this.#noted.values()];
    this.#noted = new Map();
    try {
      await this.#apply(batch);
    } catch (error) {
      for (const activity of batch) this.#add(activity);
      throw error;
    }
  }

  /** Streams that were deleted meanwhile are passed over; a write that loses a race is made again. */
  async #apply(activities: readonly Activity[]): Promise<void> {
    for (;;) {
      const { changes, bytes } = await this.#streamChanges(activities);
      const value: Watermark = { ingestedAt: this.#clock.now() };
      const written = await this.#state.write([
        ...changes,
        ...(await this.#sizeChanges(bytes)),
        { kind: "put", collection: watermarkCollection, scope: "", key: "watermark", value },
      ]);
      if (written) return;
    }
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
    const watermark = await this.#state.collection<Watermark>(watermarkCollection).get("", "watermark");
    const rows = await readStreamActivity(this.#telemetry, (watermark?.value.ingestedAt ?? 0) - overlapMs);
    const activities: Activity[] = [];
    for (const [groupId, ofGroup] of groupBy(rows, (row) => row.groupId)) {
      const names = await this.#streamNames(groupId);
      for (const row of ofGroup) {
        const streamName = names.get(row.streamId);
        // The bytes may be counted already: a figure a second behind beats one that grows with each start.
        if (streamName !== undefined) activities.push({ ...row, streamName, storedBytes: 0 });
      }
    }
    if (activities.length > 0) await this.#apply(activities);
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

function merge(one: Activity, other: Activity): Activity {
  return {
    ...one,
    firstEventAt: Math.min(one.firstEventAt, other.firstEventAt),
    lastEventAt: Math.max(one.lastEventAt, other.lastEventAt),
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
