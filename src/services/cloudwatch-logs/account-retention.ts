// Retention policies of the account: put into effect a day later, in every group that they are for.
import type { DryRunResult, LogGroupImpact } from "@aws-sdk/client-cloudwatch-logs";
import { every, type Clock } from "../../core/clock.ts";
import {
  parseRetentionPolicy,
  retentionPolicyLimits,
  retentionRuleFor,
  ruleIsFor,
  type RetentionRule,
} from "../../core/logs/retention-policy.ts";
import { accountPoliciesIn, type StoredAccountPolicy } from "../../storage/log-subscriptions.ts";
import type { Change, Document, State } from "../../storage/state.ts";
import { parseGroupPrefix } from "./account-rules.ts";
import type { RetentionMoves } from "./retention-moves.ts";
import { groupsIn, sizesIn, type StoredGroup } from "./stored-groups.ts";
import type { StreamDirectory } from "./stream-directory.ts";

const limits = { groupPage: 1_000, plans: 1_000 } as const;
const retryMs = 300_000;
const plans = "log-retention-plans";
const { effectiveAfterMs, policies: maximumPolicies, impacts } = retentionPolicyLimits;

/** What replaces a policy remembers what was in effect until it is itself. */
export function amendRetention(
  policy: StoredAccountPolicy,
  before: StoredAccountPolicy | undefined,
): StoredAccountPolicy {
  const inEffect = before === undefined ? undefined : versionAt(before, policy.updatedAt);
  return {
    ...policy,
    createdAt: before?.createdAt ?? policy.updatedAt,
    ...(inEffect === undefined ? {} : { before: inEffect }),
  };
}

type Version = NonNullable<StoredAccountPolicy["before"]>;

function versionAt(policy: StoredAccountPolicy, now: number): Version | undefined {
  if (now < policy.updatedAt + effectiveAfterMs) return policy.before;
  const { policyDocument, selectionCriteria } = policy;
  return { policyDocument, ...(selectionCriteria === undefined ? {} : { selectionCriteria }) };
}

/** A version as a rule; it was checked before it was stored. */
function ruleOf(name: string, createdAt: number, version: Version): readonly RetentionRule[] {
  const document = parseRetentionPolicy(version.policyDocument);
  const prefix = parseGroupPrefix(version.selectionCriteria) ?? "";
  return typeof document === "string" ? [] : [{ ...document, name, createdAt, prefix }];
}

/** Those of an account and region that are in effect. */
export async function retentionRulesOf(
  state: State,
  scope: string,
  now: number,
): Promise<readonly RetentionRule[]> {
  const prefix = "RETENTION_POLICY:";
  const found = await accountPoliciesIn(state).list(scope, { prefix, limit: maximumPolicies });
  return found.flatMap(({ key, value }) => {
    const version = versionAt(value, now);
    const { createdAt = value.updatedAt } = value;
    return version === undefined ? [] : ruleOf(key.slice(prefix.length), createdAt, version);
  });
}

/** A group with what is in effect for it; its own retention is kept for when nothing is any more. */
export function withRetention(
  group: StoredGroup,
  name: string,
  rules: readonly RetentionRule[],
): StoredGroup {
  const { retentionDays, accountRetention, ...others } = group;
  const ownDays = accountRetention === undefined ? retentionDays : accountRetention.ownDays;
  // The events of DELIVERY groups are kept for a day, whatever is asked.
  const { logGroupClass, createdAt } = group;
  const rule = logGroupClass === "DELIVERY" ? undefined : retentionRuleFor(rules, { name, createdAt });
  const days = rule === undefined ? ownDays : rule.days;
  const own = ownDays === undefined ? {} : { ownDays };
  return {
    ...others,
    ...(days === undefined ? {} : { retentionDays: days }),
    ...(rule === undefined ? {} : { accountRetention: { policyName: rule.name, ...own } }),
  };
}

async function* groupsOf(state: State, scope: string): AsyncGenerator<Document<StoredGroup>> {
  for (let after: string | undefined; ;) {
    const page = await groupsIn(state).list(scope, {
      limit: limits.groupPage,
      ...(after === undefined ? {} : { after: { key: after } }),
    });
    yield* page;
    after = page.at(-1)?.key;
    if (page.length < limits.groupPage) return;
  }
}

const forEver = Number.POSITIVE_INFINITY;

/**
 * What would change in the groups that a policy is for, if it were in effect, or were no more (without a
 * policy).
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DryRunResult.html
 */
export async function previewRetention(
  state: State,
  scope: string,
  name: string,
  policies: { readonly before: StoredAccountPolicy | undefined; readonly policy?: StoredAccountPolicy },
  now: number,
): Promise<DryRunResult> {
  const { before, policy } = policies;
  const createdAt = before?.createdAt ?? now;
  const others = (await retentionRulesOf(state, scope, now)).filter((rule) => rule.name !== name);
  const proposed = policy === undefined ? [] : ruleOf(name, createdAt, policy);
  const inScope = policy === undefined && before !== undefined ? ruleOf(name, createdAt, before) : proposed;
  const counts = { increased: 0, decreased: 0, unchanged: 0 };
  const found: (readonly [groupId: number, impact: LogGroupImpact])[] = [];
  for await (const { key, value } of groupsOf(state, scope)) {
    const group = { name: key, createdAt: value.createdAt };
    if (value.logGroupClass === "DELIVERY" || !inScope.some((rule) => ruleIsFor(rule, group))) continue;
    const days = value.retentionDays ?? forEver;
    const next = withRetention(value, key, [...others, ...proposed]).retentionDays ?? forEver;
    counts[next === days ? "unchanged" : next > days ? "increased" : "decreased"] += 1;
    const impact = { logGroupName: key, currentRetention: textOf(days), proposedRetention: textOf(next) };
    found.push([value.id, impact]);
  }
  return {
    totalMatchedLogGroups: found.length,
    increasedRetentionLogGroupCount: counts.increased,
    decreasedRetentionLogGroupCount: counts.decreased,
    unchangedRetentionLogGroupCount: counts.unchanged,
    failedAnalysisCount: 0,
    topLogGroupsImpacted: await largest(state, found),
  };
}

const textOf = (days: number) => (days === forEver ? "NEVER_EXPIRE" : String(days));

async function largest(state: State, found: readonly (readonly [number, LogGroupImpact])[]) {
  const ids = found.map(([id]) => String(id));
  const sizes = await sizesIn(state).getMany("", ids);
  const bytes = new Map(sizes.map(({ key, value }) => [Number(key), value.storedBytes]));
  return found
    .map(([id, impact]) => ({ ...impact, storedBytes: bytes.get(id) ?? 0 }))
    .toSorted((one, other) => other.storedBytes - one.storedBytes)
    .slice(0, impacts);
}

interface Parts {
  readonly state: State;
  readonly clock: Clock;
  readonly streams: Pick<StreamDirectory, "forget">;
  readonly retentionMoves: RetentionMoves;
}

/**
 * When a policy takes effect is noted durably with it. Groups carry what is in effect for them, so that who
 * reads events asks for no policy.
 */
export class AccountRetention {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { state, clock } = parts;
    // Of nodes that share a state another one may have noted it, and be gone.
    if (state.node !== undefined) every(clock, retryMs, () => this.#look());
    const resume = () => this.#resume().catch(() => void clock.schedule(clock.now() + retryMs, resume));
    void resume();
  }

  /** To be written in one with a policy. */
  plan(scope: string, policyName: string, now: number): Change {
    const dueAt = now + effectiveAfterMs;
    this.#lookAt(dueAt);
    const key = `${scope}/${policyName}`;
    return { kind: "put", collection: plans, scope: "", key, value: scope, rank: dueAt };
  }

  #lookAt(dueAt: number): void {
    this.#parts.clock.schedule(dueAt, () => this.#look());
  }

  async #resume(): Promise<void> {
    const noted = await this.#parts.state.collection<string>(plans).list("", { limit: limits.plans });
    for (const { rank = 0 } of noted) this.#lookAt(rank);
  }

  async #look(): Promise<void> {
    const { state, clock } = this.#parts;
    const due = state.collection<string>(plans);
    const page = { order: "rank", maxRank: clock.now(), limit: limits.plans } as const;
    try {
      for (const { key, value, version } of await due.list("", page)) {
        await this.apply(value);
        await due.delete("", key, version);
      }
    } catch {
      this.#lookAt(clock.now() + retryMs); // the store may be there again by then
    }
  }

  /** Makes all groups of an account and region carry what is in effect now. */
  async apply(scope: string): Promise<void> {
    const { state, clock, streams, retentionMoves } = this.#parts;
    const rules = await retentionRulesOf(state, scope, clock.now());
    let isChanged = false;
    for await (const found of groupsOf(state, scope)) {
      // One that somebody changes meanwhile is looked at again.
      for (let group: typeof found | undefined = found; group !== undefined;) {
        const { key, value, version } = group;
        const next = withRetention(value, key, rules);
        if (isSame(next, value)) break;
        if (await groupsIn(state).replace(scope, key, next, version)) {
          isChanged = true;
          const isLonger = (next.retentionDays ?? forEver) > (value.retentionDays ?? forEver);
          if (isLonger) await retentionMoves.begin(value.id, next.retentionDays);
          break;
        }
        group = await groupsIn(state).get(scope, key);
      }
    }
    if (isChanged) streams.forget();
  }
}

function isSame(one: StoredGroup, other: StoredGroup): boolean {
  const [ours, theirs] = [one.accountRetention, other.accountRetention];
  return (
    one.retentionDays === other.retentionDays &&
    ours?.policyName === theirs?.policyName &&
    ours?.ownDays === theirs?.ownDays
  );
}
