// The names of groups and streams behind the numbers that their events carry.
import type { State } from "../../storage/state.ts";
import { groupsIn, streamScope, streamsIn, type StoredGroup, type StoredStream } from "./stored-groups.ts";

export interface LogNames {
  /**
   * Of the groups of an account and region that can be subscribed to: of those that are asked for, or of all.
   * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Subscriptions.html
   */
  groups(scope: string, groupIds: ReadonlySet<number> | undefined): Promise<ReadonlyMap<number, string>>;
  /** Of the streams that are asked for; those that were deleted are missing. */
  streams(groupId: number, streamIds: ReadonlySet<number>): Promise<ReadonlyMap<number, string>>;
}

const pageSize = 1_000;
/** Names that are kept; beyond them everything is forgotten and read again. */
const keptNames = 200_000;

interface Names {
  readonly names: ReadonlyMap<number, string>;
  /** Numbers that were asked for and not there; numbers are never given twice. */
  readonly missing: Set<number>;
}

/** Names are kept: a number means the same for ever. */
export function createLogNames(state: State): LogNames {
  const kept = new Map<string, Names>();
  let count = 0;
  return {
    async groups(scope, groupIds) {
      if (groupIds === undefined) return (await read("groups", scope)).names;
      return find("groups", scope, groupIds);
    },
    streams: (groupId, streamIds) => find("streams", streamScope(groupId), streamIds),
  };

  async function find(kind: "groups" | "streams", scope: string, ids: ReadonlySet<number>) {
    const known = kept.get(`${kind} ${scope}`);
    const isKnown = (id: number) => known !== undefined && (known.names.has(id) || known.missing.has(id));
    const { names, missing } =
      known !== undefined && [...ids].every(isKnown) ? known : await read(kind, scope);
    const found = new Map<number, string>();
    for (const id of ids) {
      const name = names.get(id);
      if (name === undefined) missing.add(id);
      else found.set(id, name);
    }
    return found;
  }

  async function read(kind: "groups" | "streams", scope: string): Promise<Names> {
    const collection = kind === "groups" ? groupsIn(state) : streamsIn(state);
    const names = new Map<number, string>();
    for (let after: string | undefined; ;) {
      const page = await collection.list(scope, {
        limit: pageSize,
        ...(after === undefined ? {} : { after: { key: after } }),
      });
      for (const { key, value } of page) if (canBeFollowed(value)) names.set(value.id, key);
      after = page.at(-1)?.key;
      if (page.length < pageSize) break;
    }
    if (count > keptNames) {
      kept.clear();
      count = 0;
    }
    count += names.size;
    const found = { names, missing: new Set<number>() };
    kept.set(`${kind} ${scope}`, found);
    return found;
  }
}

/** The class of a group never changes. */
const canBeFollowed = (value: StoredGroup | StoredStream) =>
  !("logGroupClass" in value) || value.logGroupClass === "STANDARD";
