// Which log groups of an account a policy is for: its selection criteria, and whether two of them overlap.

/** Groups by their whole names or the beginnings of them: those of the list, or all but those. */
export interface GroupSelection {
  readonly by: "name" | "prefix";
  readonly isExclusion: boolean;
  readonly values: readonly string[];
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutAccountPolicy.html */
export const selectionLimits = { values: 50, bytes: 25 * 1_024 } as const;

/** What a policy without criteria is for. */
export const allGroups: GroupSelection = { by: "name", isExclusion: true, values: [] };

/** `LogGroupName IN ["a", "b"]`, `LogGroupNamePrefix NOT IN ["/aws/"]`; undefined for another text. */
export function parseGroupSelection(criteria: string | undefined): GroupSelection | undefined {
  if (criteria === undefined || criteria.trim() === "") return allGroups;
  const [, prefix, not, list = ""] =
    /^\s*LogGroupName(Prefix)?\s+(NOT\s+)?IN\s*(\[[^]*\])\s*$/.exec(criteria) ?? [];
  const values = parseNames(list);
  if (values === undefined || values.length === 0 || values.length > selectionLimits.values) return undefined;
  return { by: prefix === undefined ? "name" : "prefix", isExclusion: not !== undefined, values };
}

function parseNames(list: string): readonly string[] | undefined {
  try {
    const names: unknown = JSON.parse(list);
    const isList = Array.isArray(names) && names.every((name) => typeof name === "string" && name !== "");
    return isList ? names : undefined;
  } catch {
    return undefined; // what is no JSON is no list
  }
}

export function selectsGroup({ by, isExclusion, values }: GroupSelection, logGroupName: string): boolean {
  const isListed = values.some((value) =>
    by === "name" ? value === logGroupName : logGroupName.startsWith(value),
  );
  return isListed !== isExclusion;
}

/**
 * Whether there may be a group that both select. Two that exclude always overlap, as no list has all names;
 * one that excludes and one that does not overlap unless each value of the latter lies within one of the
 * former.
 */
export function selectionsOverlap(one: GroupSelection, other: GroupSelection): boolean {
  if (one.isExclusion && other.isExclusion) return true;
  const [excluding, listing] = one.isExclusion ? [one, other] : [other, one];
  const isWithin = (value: string) =>
    excluding.values.some((outer) =>
      excluding.by === "prefix" ? value.startsWith(outer) : listing.by === "name" && value === outer,
    );
  if (excluding.isExclusion) return !listing.values.every(isWithin);
  return one.values.some((value) => other.values.some((another) => meet(one.by, value, other.by, another)));
}

function meet(
  by: GroupSelection["by"],
  value: string,
  otherBy: GroupSelection["by"],
  other: string,
): boolean {
  return (
    (by === "prefix" && other.startsWith(value)) ||
    (otherBy === "prefix" && value.startsWith(other)) ||
    value === other
  );
}
