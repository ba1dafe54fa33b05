// What is done with the events of a group as they come: they are transformed, and fields of them indexed.
import { defaultIndexedFields, indexedFieldsOf } from "../../core/logs/indexed-fields.ts";
import type { InputLogEvent } from "../../core/logs/log-batch.ts";
import { utf8Bytes } from "../../core/logs/log-batch.ts";
import { compileTransformer, type Transform } from "../../core/logs/transformers/compile-transformer.ts";
import type { EventOrigin } from "../../core/logs/transformers/define.ts";
import type { State } from "../../storage/state.ts";
import type { AppendedLogEvent } from "../../storage/telemetry/log-events.ts";
import { indexPoliciesIn, policyKey, transformersIn } from "./group-policies.ts";
import { compileTransformerRegex } from "./transformer-regexes.ts";

export interface IngestRules {
  readonly transform: Transform | undefined;
  readonly indexedFields: ReadonlySet<string>;
  /** Those of the indexed fields that lie inside of others. */
  readonly indexedPaths: readonly string[];
}

/** What became of a batch, to be counted. */
export interface IngestTally {
  readonly transformedEvents: number;
  readonly transformedBytes: number;
  readonly failedTransformations: number;
}

export interface IngestedBatch {
  readonly events: readonly AppendedLogEvent[];
  readonly tally: IngestTally;
}

const noTally: IngestTally = { transformedEvents: 0, transformedBytes: 0, failedTransformations: 0 };

/** An event that cannot be transformed is stored as it is. */
export function ingest(
  { transform, indexedFields, indexedPaths }: IngestRules,
  events: readonly InputLogEvent[],
  origin: EventOrigin,
): IngestedBatch {
  if (transform === undefined) {
    const rows = events.map(({ timestamp, message }) => ({
      timestamp,
      message,
      indexed: indexedFieldsOf(message, indexedFields, indexedPaths),
    }));
    return { events: rows, tally: noTally };
  }
  let [transformedEvents, transformedBytes] = [0, 0];
  const rows = events.map(({ timestamp, message }) => {
    const outcome = transform(message, origin);
    if (outcome.kind === "failed") {
      return { timestamp, message, indexed: indexedFieldsOf(message, indexedFields, indexedPaths) };
    }
    transformedEvents += 1;
    transformedBytes += utf8Bytes(outcome.text);
    const indexed = indexedFieldsOf(outcome.text, indexedFields, indexedPaths);
    return { timestamp, message, transformed: outcome.text, indexed };
  });
  const failedTransformations = events.length - transformedEvents;
  return { events: rows, tally: { transformedEvents, transformedBytes, failedTransformations } };
}

/** The rules of the groups that are being written to, compiled, in memory. */
export interface IngestRuleDirectory {
  recall(groupId: number): IngestRules | undefined;
  find(groupId: number): Promise<IngestRules>;
  /** After a change of a group's policies, or of everything. */
  forget(groupId?: number): void;
}

/** Groups whose rules are kept; the one that was read first is forgotten. */
const cachedGroups = 10_000;

export function createIngestRuleDirectory(state: State): IngestRuleDirectory {
  const known = new Map<number, IngestRules>();
  /** Grows with each `forget`, so that an answer that was on its way is not kept. */
  let generation = 0;
  return {
    recall: (groupId) => known.get(groupId),
    async find(groupId) {
      const askedIn = generation;
      const rules = await readRules(state, groupId);
      if (generation === askedIn) keep(groupId, rules);
      return rules;
    },
    forget(groupId) {
      generation += 1;
      if (groupId === undefined) known.clear();
      else known.delete(groupId);
    },
  };

  function keep(groupId: number, rules: IngestRules): void {
    if (known.size >= cachedGroups) {
      const oldest = known.keys().next();
      if (oldest.done !== true) known.delete(oldest.value);
    }
    known.set(groupId, rules);
  }
}

async function readRules(state: State, groupId: number): Promise<IngestRules> {
  const [transformer, index] = await Promise.all([
    transformersIn(state).get("", policyKey(groupId)),
    indexPoliciesIn(state).get("", policyKey(groupId)),
  ]);
  const names = index?.value.fields.filter(({ until }) => until === undefined).map(({ name }) => name) ?? [];
  return {
    transform:
      transformer === undefined
        ? undefined
        : compileTransformer(transformer.value.config, compileTransformerRegex),
    indexedFields: names.length === 0 ? defaultIndexedFields : new Set([...defaultIndexedFields, ...names]),
    indexedPaths: names.filter((name) => name.includes(".")),
  };
}
