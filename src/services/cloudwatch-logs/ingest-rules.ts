// What is done with the events of a group as they come: transformed, masked, and fields of them indexed.
import { selectsGroup } from "../../core/logs/group-selection.ts";
import { findAgain, maskText, type Finding } from "../../core/logs/data-protection/mask.ts";
import { defaultIndexedFields, indexedFieldsOf } from "../../core/logs/indexed-fields.ts";
import { isKeptField, transformationErrorField } from "../../core/logs/kept-fields.ts";
import { MessageReading } from "../../core/logs/filter-pattern/message-reading.ts";
import type { InputLogEvent } from "../../core/logs/log-batch.ts";
import { utf8Bytes } from "../../core/logs/log-batch.ts";
import {
  compileStoredTransformer,
  type Transform,
  type TransformOutcome,
} from "../../core/logs/transformers/compile-transformer.ts";
import type { EventOrigin } from "../../core/logs/transformers/define.ts";
import type { State } from "../../storage/state.ts";
import type { AppendedLogEvent } from "../../storage/telemetry/log-events.ts";
import { accountIndexesOf, policyFor, readAccountRules } from "./account-rules.ts";
import {
  compileProtection,
  readProtectionPolicy,
  type AuditRule,
  type ProtectionRules,
} from "./data-protection-rules.ts";
import { indexPoliciesIn, policyKey, protectionPoliciesIn, transformersIn } from "./group-policies.ts";
import { groupsIn } from "./stored-groups.ts";
import { compileRe2 } from "../../storage/re2-regex.ts";

export interface IngestRules {
  readonly transform: Transform | undefined;
  /** Whether that is a transformer policy of the account, not the group's own. */
  readonly isAccountTransformer: boolean;
  readonly indexedFields: ReadonlySet<string>;
  /** Those of the indexed fields that lie inside of others. */
  readonly indexedPaths: readonly string[];
  readonly protection: ProtectionRules | undefined;
  /** Whether metrics are made of events in the embedded metric format. */
  readonly extractsMetrics: boolean;
  /** Whether events keep what they are about: those of the Standard class do. */
  readonly takesEntities: boolean;
}

/** What became of a batch, to be counted. */
export interface IngestTally {
  readonly transformedEvents: number;
  readonly transformedBytes: number;
  readonly failedTransformations: number;
  readonly isAccountTransformer: boolean;
}

export interface IngestedBatch {
  readonly events: readonly AppendedLogEvent[];
  /**
   * For each event the JSON that its text is, null for any other text: the transformer's outcome where there
   * is one, else the message.
   */
  readonly documents: readonly (object | null)[];
  readonly tally: IngestTally;
  readonly extractsMetrics: boolean;
  /** What was found in each event that has sensitive data. */
  readonly findings: readonly (readonly Finding[])[];
}

const nothing: readonly Finding[] = [];

/**
 * An event that cannot be transformed is stored as it is. Sensitive data is masked in the message and in what
 * the transformer made of it, so that nobody behind the store sees it unless the message is asked for as it
 * came.
 */
export function ingest(
  rules: IngestRules,
  events: readonly InputLogEvent[],
  origin: EventOrigin,
  /** What the events are about, as fields; kept beside those that are indexed. */
  entity?: Readonly<Record<string, string>>,
): IngestedBatch {
  const { transform, protection } = rules;
  const findings: (readonly Finding[])[] = [];
  const documents: (object | null)[] = [];
  const reading = new MessageReading("");
  const rowOf = ({ timestamp, message }: InputLogEvent, made: TransformOutcome | undefined) => {
    const transformed = made?.kind === "transformed" ? made.text : undefined;
    reading.turnTo(transformed ?? message);
    documents.push(reading.document ?? null);
    const ofMessage = indexedFieldsOf(reading, rules.indexedFields, rules.indexedPaths);
    const indexed = entity === undefined ? ofMessage : { ...ofMessage, ...entity };
    if (made?.kind === "failed") {
      return { timestamp, message, indexed: { ...indexed, [transformationErrorField]: made.reason } };
    }
    return transformed === undefined
      ? { timestamp, message, indexed }
      : { timestamp, message, indexed, transformed };
  };
  let [transformedEvents, transformedBytes] = [0, 0];
  const rows = events.map((event) => {
    const found = protection?.find(event.message) ?? nothing;
    const made = transform && transformSafely(transform, protection, { ...event, found }, origin);
    if (made?.kind === "transformed") {
      transformedEvents += 1;
      transformedBytes += utf8Bytes(made.text);
    }
    if (found.length === 0) return rowOf(event, made);
    findings.push(found);
    const message = maskText(event.message, found);
    return { ...rowOf({ ...event, message }, made), unmasked: event.message };
  });
  const failedTransformations = transform === undefined ? 0 : events.length - transformedEvents;
  const { isAccountTransformer } = rules;
  const tally = { transformedEvents, transformedBytes, failedTransformations, isAccountTransformer };
  return { events: rows, documents, findings, tally, extractsMetrics: rules.extractsMetrics };
}

/**
 * What the transformer makes of an event, masked. Where it has changed what was found so that this is not
 * found again, as one that splits a number does, it gets the masked message instead.
 */
function transformSafely(
  transform: Transform,
  protection: ProtectionRules | undefined,
  { message, found }: InputLogEvent & { readonly found: readonly Finding[] },
  origin: EventOrigin,
): TransformOutcome {
  const made = transform(message, origin);
  if (made.kind === "failed" || protection === undefined) return made;
  const again = findAgain(made.text, message, found);
  if (again !== undefined) {
    return { ...made, text: maskText(made.text, [...again, ...protection.find(made.text)]) };
  }
  const safe = transform(maskText(message, found), origin);
  return safe.kind === "failed" ? safe : { ...safe, text: maskText(safe.text, protection.find(safe.text)) };
}

/** The rules of the groups that are being written to, compiled, in memory. */
export interface IngestRuleDirectory {
  recall(groupId: number): IngestRules | undefined;
  find(scope: string, logGroupName: string, groupId: number): Promise<IngestRules>;
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
    async find(scope, logGroupName, groupId) {
      const askedIn = generation;
      const rules = await readRules(state, scope, logGroupName, groupId);
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

/** A group's own transformer stands in the place of the account's; the other policies apply together. */
async function readRules(
  state: State,
  scope: string,
  logGroupName: string,
  groupId: number,
): Promise<IngestRules> {
  const key = policyKey(groupId);
  const [account, group, transformer, index, protection] = await Promise.all([
    readAccountRules(state, scope),
    groupsIn(state).get(scope, logGroupName),
    transformersIn(state).get("", key),
    indexPoliciesIn(state).get("", key),
    protectionPoliciesIn(state).get("", key),
  ]);
  const ofClass = group?.value ?? { logGroupClass: "STANDARD" };
  const accountTransformer = policyFor(account.transformers, logGroupName, ofClass);
  const config: unknown =
    transformer?.value.config ??
    (accountTransformer === undefined ? undefined : JSON.parse(accountTransformer.policy.policyDocument));
  const spans = [...(index?.value.fields ?? []), ...accountIndexesOf(account, logGroupName, ofClass)];
  const names = spans
    .filter(({ name, until }) => until === undefined && !isKeptField(name))
    .map(({ name }) => name);
  return {
    transform: config === undefined ? undefined : compileStoredTransformer(config, compileRe2),
    isAccountTransformer: transformer === undefined,
    indexedFields: names.length === 0 ? defaultIndexedFields : new Set([...defaultIndexedFields, ...names]),
    indexedPaths: names.filter((name) => name.includes(".")),
    takesEntities: ofClass.logGroupClass === "STANDARD",
    extractsMetrics: !account.withoutExtraction.some((selection) => selectsGroup(selection, logGroupName)),
    protection: compileProtection([
      ...auditsOf(protection?.value.document, false),
      ...auditsOf(
        ofClass.logGroupClass === "DELIVERY" ? undefined : account.protection?.policyDocument,
        true,
      ),
    ]),
  };
}

/** The policy was read before it was stored. */
function auditsOf(document: string | undefined, isOfAccount: boolean): readonly AuditRule[] {
  const policy = document === undefined ? undefined : readProtectionPolicy(document);
  return policy === undefined || typeof policy === "string" ? [] : [{ policy, isOfAccount }];
}
