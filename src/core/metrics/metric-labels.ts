// The labels that GetMetricData gives to results that have none.

export interface LabelSubject {
  /** Given where metrics of several accounts may stand beside each other. */
  readonly owner?: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly { readonly value: string }[];
  readonly statistic: string;
  readonly periodSeconds: number;
}

/**
 * What tells the metrics of one call apart: of owner, namespace, dimensions' values, name, statistic and
 * period those that differ among them, and the name alone when nothing does.
 */
export function defaultLabels(subjects: readonly LabelSubject[]): readonly string[] {
  const parts = subjects.map(({ owner = "", namespace, name, dimensions, statistic, periodSeconds }) => [
    owner,
    namespace,
    dimensions.map(({ value }) => value).join(" "),
    name,
    statistic,
    String(periodSeconds),
  ]);
  const differs = [0, 1, 2, 3, 4, 5].map((place) => new Set(parts.map((part) => part[place])).size > 1);
  return subjects.map(({ name }, index) => {
    const label = (parts[index] ?? [])
      .filter((part, place) => differs[place] === true && part !== "")
      .join(" ");
    return label === "" ? name : label;
  });
}
