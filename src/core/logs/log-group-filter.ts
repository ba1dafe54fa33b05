// Which log groups a listing is narrowed to: by patterns of names and by tags.

/**
 * Whether a name matches `^prefix|part|...`: up to five texts, each a prefix or a part, in which case
 * matters.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListLogGroups.html
 */
export function compileNamePattern(pattern: string): (name: string) => boolean {
  const parts = pattern.split("|");
  return (name) =>
    parts.some((part) => (part.startsWith("^") ? name.startsWith(part.slice(1)) : name.includes(part)));
}

/** A tag that a group must have; without values it may have any. */
export interface TagFilter {
  readonly key: string;
  readonly values: readonly string[];
}

/**
 * Whether tags pass all filters, each by any of its values: `!` in front negates, `*` at an end stands for
 * anything and then case does not matter.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagFilter.html
 */
export function compileTagFilters(
  filters: readonly TagFilter[],
): (tags: Readonly<Record<string, string>>) => boolean {
  const compiled = filters.map(({ key, values }) => ({ key, tests: values.map(compileValue) }));
  return (tags) =>
    compiled.every(({ key, tests }) => {
      const value = Object.hasOwn(tags, key) ? tags[key] : undefined;
      return value !== undefined && (tests.length === 0 || tests.some((test) => test(value)));
    });
}

function compileValue(pattern: string): (value: string) => boolean {
  const negated = pattern.startsWith("!");
  const wanted = negated ? pattern.slice(1) : pattern;
  const test = compileWildcards(wanted);
  return (value) => test(value) !== negated;
}

function compileWildcards(pattern: string): (value: string) => boolean {
  const [begins, ends] = [!pattern.startsWith("*"), !pattern.endsWith("*")];
  if (begins && ends) return (value) => value === pattern;
  const text = pattern.replace(/^\*|\*$/g, "").toLowerCase();
  if (begins) return (value) => value.toLowerCase().startsWith(text);
  if (ends) return (value) => value.toLowerCase().endsWith(text);
  return (value) => value.toLowerCase().includes(text);
}
