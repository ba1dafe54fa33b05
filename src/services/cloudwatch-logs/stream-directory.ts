// The streams that are being written to, in memory: a PutLogEvents needs no look-up in state.
import { logLimits } from "../../core/logs/limits.ts";
import type { State } from "../../storage/state.ts";
import { groupsIn, streamScope, streamsIn } from "./stored-groups.ts";

export interface KnownStream {
  readonly groupId: number;
  readonly streamId: number;
  readonly streamName: string;
  readonly retentionDays: number | undefined;
  readonly bearerTokens: boolean;
  /** The ARN of the key under which events are sealed; undefined for a group without one. */
  readonly kmsKeyId: string | undefined;
  /** How many metric filters the group has. */
  readonly metricFilters: number;
}

/** `group` and `stream` are undefined where there is none of that name. */
export interface StreamDirectory {
  find(scope: string, groupName: string, streamName: string): Promise<KnownStream | "noGroup" | "noStream">;
  /** The same from memory alone; undefined for a stream that is not known there. */
  recall(scope: string, groupName: string, streamName: string): KnownStream | undefined;
  /** After any change of a group or the deletion of a stream. */
  forget(): void;
}

export function createStreamDirectory(state: State): StreamDirectory {
  const known = new Map<string, KnownStream>();
  const groups = groupsIn(state);
  const streams = streamsIn(state);
  /** Grows with each `forget`, so that an answer that was on its way is not kept. */
  let generation = 0;

  return {
    recall: (scope, groupName, streamName) => known.get(keyOf(scope, groupName, streamName)),
    async find(scope, groupName, streamName) {
      const askedIn = generation;
      const group = await groups.get(scope, groupName);
      if (group === undefined) return "noGroup";
      const stream = await streams.get(streamScope(group.value.id), streamName);
      if (stream === undefined) return "noStream";
      const { id: groupId, retentionDays, kmsKeyId, bearerTokens = false, metricFilters = 0 } = group.value;
      const kept = { retentionDays, kmsKeyId, bearerTokens, metricFilters };
      const found = { groupId, streamId: stream.value.id, streamName, ...kept };
      if (generation === askedIn) keep(keyOf(scope, groupName, streamName), found);
      return found;
    },
    forget() {
      generation += 1;
      known.clear();
    },
  };

  function keep(key: string, stream: KnownStream): void {
    if (known.size >= logLimits.cachedStreams) {
      const oldest = known.keys().next();
      if (oldest.done !== true) known.delete(oldest.value);
    }
    known.set(key, stream);
  }
}

/** Names hold no line breaks. */
function keyOf(scope: string, groupName: string, streamName: string): string {
  return `${scope}\n${groupName}\n${streamName}`;
}
