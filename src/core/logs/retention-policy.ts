// Account policies for retention: how long they keep the events of which groups, and from when on.

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutAccountPolicy.html */
export const retentionPolicyLimits = { policies: 20, effectiveAfterMs: 86_400_000, impacts: 20 } as const;

const days: ReadonlySet<unknown> = new Set([
  30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
]);

const members: ReadonlySet<string> = new Set(["retentionInDays", "enforcementMode"]);

interface RetentionDocument {
  /** Undefined for events that never expire. */
  readonly days: number | undefined;
  /** Else it is for groups that are made behind it alone. */
  readonly isRetroactive: boolean;
}

/** `{"retentionInDays": 90, "enforcementMode": "RETROACTIVE"}`, or what is wrong with it. */
export function parseRetentionPolicy(text: string): RetentionDocument | string {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return "The policy document is no valid JSON.";
  }
  if (typeof document !== "object" || document === null) return "The policy document must be a JSON object.";
  const unknown = Object.keys(document).find((name) => !members.has(name));
  if (unknown !== undefined) return `The policy document has the unknown member ${unknown}.`;
  const retention: unknown = Reflect.get(document, "retentionInDays");
  const mode: unknown = Reflect.get(document, "enforcementMode");
  if (retention !== "NEVER_EXPIRE" && !days.has(retention)) {
    return `retentionInDays must be NEVER_EXPIRE or one of ${[...days].join(", ")}.`;
  }
  if (mode !== "NEW_ONLY" && mode !== "RETROACTIVE") {
    return "enforcementMode must be NEW_ONLY or RETROACTIVE.";
  }
  return { days: Number(retention) || undefined, isRetroactive: mode === "RETROACTIVE" };
}

/** A policy as it is in effect. Instants are epoch milliseconds. */
export interface RetentionRule extends RetentionDocument {
  readonly name: string;
  readonly createdAt: number;
  /** Of the names of its groups; empty for all. */
  readonly prefix: string;
}

interface RuledGroup {
  readonly name: string;
  readonly createdAt: number;
}

export function ruleIsFor({ prefix, isRetroactive, createdAt }: RetentionRule, group: RuledGroup): boolean {
  return group.name.startsWith(prefix) && (isRetroactive || group.createdAt >= createdAt);
}

/** Of the rules for a group the one that keeps events longest, and of several such the oldest. */
export function retentionRuleFor(
  rules: readonly RetentionRule[],
  group: RuledGroup,
): RetentionRule | undefined {
  const length = (rule: RetentionRule) => rule.days ?? Number.POSITIVE_INFINITY;
  return rules
    .filter((rule) => ruleIsFor(rule, group))
    .toSorted((one, other) =>
      length(one) === length(other) ? one.createdAt - other.createdAt : length(other) > length(one) ? 1 : -1,
    )[0];
}
