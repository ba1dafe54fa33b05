// Rules of Contributor Insights in state, and the log groups that they look at.
import { managedRule, type ManagedRuleSource } from "../core/contributor-insights/managed-rules.ts";
import { isRuleProblem, parseInsightRule } from "../core/contributor-insights/parse-rule.ts";
import type { InsightRule } from "../core/contributor-insights/rule.ts";
import { logLimits } from "../core/logs/limits.ts";
import { alarmScope, type AlarmWorld } from "./alarms.ts";
import type { Collection, Document, State } from "./state.ts";

/** A time in which a rule was enabled; epoch milliseconds. It goes on without `to`. */
export interface ActiveTime {
  readonly from: number;
  readonly to?: number;
}

export interface StoredInsightRule {
  readonly name: string;
  /** As it was given. */
  readonly definition: string;
  /** Of a managed rule, what it was made from. */
  readonly managed?: ManagedRuleSource;
  readonly appliesOnTransformed: boolean;
  readonly tags: Readonly<Record<string, string>>;
  /** Events that arrived in these times count: the last of them is open while the rule is enabled. */
  readonly active: readonly ActiveTime[];
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html */
export const maximumRules = 100;

/** Earlier times than these are forgotten. */
const maximumActiveTimes = 50;

export function insightRulesOf(state: State): Collection<StoredInsightRule> {
  return state.collection<StoredInsightRule>("insight-rules");
}

export const isEnabled = ({ active }: StoredInsightRule): boolean =>
  active.length > 0 && active.at(-1)?.to === undefined;

/** The times in which a rule is enabled, after it was switched on or off. */
export function switched(active: readonly ActiveTime[], isOn: boolean, now: number): readonly ActiveTime[] {
  const last = active.at(-1);
  const wasOn = last !== undefined && last.to === undefined;
  if (wasOn === isOn) return active;
  if (last !== undefined && wasOn) return [...active.slice(0, -1), { ...last, to: now }];
  return [...active, { from: now }].slice(-maximumActiveTimes);
}

/** Definitions are checked before they are stored, so one that cannot be read looks at nothing. */
export function ruleOf(
  { definition, managed }: StoredInsightRule,
  world: AlarmWorld,
): InsightRule | undefined {
  if (managed !== undefined) return managedRule(managed);
  const rule = parseInsightRule(definition, world);
  return isRuleProblem(rule) ? undefined : rule;
}

/** What is read of a log group that belongs to CloudWatch Logs. */
interface LogGroup {
  readonly id: number;
  readonly retentionDays?: number;
  readonly logGroupClass?: string;
  readonly isTransformed?: boolean;
}

export interface RuleGroup {
  readonly id: number;
  /** Of the events that are still kept; epoch milliseconds. */
  readonly visibleFrom: number;
  readonly isTransformed: boolean;
}

/** A statement names its groups one by one. */
const maximumGroups = 500;

/** Only groups of the standard class can be looked at by Contributor Insights. */
export async function groupsOfRule(
  state: State,
  world: AlarmWorld,
  { logGroupNames }: InsightRule,
  now: number,
): Promise<readonly RuleGroup[]> {
  const groups = state.collection<LogGroup>("log-groups");
  const found = new Map<string, Document<LogGroup>>();
  const exact = logGroupNames.filter((name) => !name.endsWith("*"));
  for (const group of await groups.getMany(alarmScope(world), exact)) found.set(group.key, group);
  for (const name of logGroupNames) {
    if (!name.endsWith("*")) continue;
    const prefix = name.slice(0, -1);
    const listed = await groups.list(alarmScope(world), {
      ...(prefix === "" ? {} : { prefix }),
      limit: maximumGroups,
    });
    for (const group of listed) found.set(group.key, group);
  }
  return [...found.values()]
    .filter(({ value }) => (value.logGroupClass ?? "STANDARD") === "STANDARD")
    .slice(0, maximumGroups)
    .map(({ value: { id, retentionDays, isTransformed = false } }) => ({
      id,
      visibleFrom: retentionDays === undefined ? 0 : now - retentionDays * logLimits.dayMs,
      isTransformed,
    }));
}
