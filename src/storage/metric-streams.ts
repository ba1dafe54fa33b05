// Metric streams in state: their definitions, and how far each has delivered.
import type { MetricStream } from "../core/metric-streams/metric-stream.ts";
import type { Change, Collection, Document, State } from "./state.ts";

/** How far a stream has come; written only when what is before it was delivered. */
export interface StreamProgress {
  /** The last arrival that was delivered: a 64-bit number, as text. */
  readonly position: string;
  /** Minutes from this one on were not over when it was written. */
  readonly heldFrom?: number;
  /** Attempts that failed since, and when the next one is due; epoch milliseconds. */
  readonly failures: number;
  readonly nextAttemptAt: number;
}

export interface StreamPlace {
  readonly account: string;
  readonly region: string;
}

/** One scope for all, so that the worker finds every stream in one place; keys begin with the world. */
export const streamScope = "";
export const streamKey = ({ account, region }: StreamPlace, name: string): string =>
  `${account}/${region}/${name}`;

export const streamCollection = "metric-streams";
export const streamsOf = (state: State): Collection<MetricStream> =>
  state.collection<MetricStream>(streamCollection);

const progressCollection = "metric-stream-progress";
export const progressOf = (state: State): Collection<StreamProgress> =>
  state.collection<StreamProgress>(progressCollection);

/** The step that lets a stream begin at a position. */
export function startChange(key: string, position: string): Change {
  const value: StreamProgress = { position, failures: 0, nextAttemptAt: 0 };
  return { kind: "put", collection: progressCollection, scope: streamScope, key, value };
}

/** The steps that take a stream away. */
export function deleteChanges(key: string): readonly Change[] {
  return [streamCollection, progressCollection].map((collection) => {
    return { kind: "delete", collection, scope: streamScope, key };
  });
}

const pageSize = 500;

/** Every stream whose key begins with a prefix, in the order of keys. */
export function allStreams(state: State, prefix: string): Promise<readonly Document<MetricStream>[]> {
  return all(streamsOf(state), prefix);
}

export function allProgress(state: State): Promise<readonly Document<StreamProgress>[]> {
  return all(progressOf(state), "");
}

async function all<Value>(
  collection: Collection<Value>,
  prefix: string,
): Promise<readonly Document<Value>[]> {
  const found: Document<Value>[] = [];
  for (;;) {
    const last = found.at(-1);
    const page = await collection.list(streamScope, {
      prefix,
      ...(last === undefined ? {} : { after: { key: last.key } }),
      limit: pageSize,
    });
    found.push(...page);
    if (page.length < pageSize) return found;
  }
}
