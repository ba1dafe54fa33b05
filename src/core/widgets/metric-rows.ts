// The metrics of a widget, written out: rows may abbreviate what stands in the row before them.

/** How a metric is shown, and the expression of a row that computes. */
export interface MetricRenderer {
  readonly accountId?: string;
  readonly color?: string;
  readonly expression?: string;
  readonly id?: string;
  readonly label?: string;
  readonly period?: number;
  readonly region?: string;
  readonly stat?: string;
  readonly visible?: boolean;
  readonly yAxis?: "left" | "right";
}

/** A row as it is given: namespace, name, and names and values of dimensions, then a renderer. */
export type MetricRow = readonly (string | MetricRenderer)[];

export interface WidgetMetric {
  /** Namespace, name, names and values of dimensions; empty when the row computes. */
  readonly texts: readonly string[];
  readonly renderer: MetricRenderer;
}

/**
 * A `.` stands for the text at the same place of the row before, a `...` for as many as are missing.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html#CloudWatch-Dashboard-Properties-Metrics-Array-Format
 */
export function expandRows(rows: readonly MetricRow[]): readonly WidgetMetric[] {
  let before: readonly string[] = [];
  return rows.map((row) => {
    const renderer = row.find((item) => typeof item === "object") ?? {};
    const given = row.filter((item) => typeof item === "string");
    const texts = given.flatMap((item, index) => {
      if (item === ".") return before.slice(index, index + 1);
      return item === "..." ? before.slice(index, before.length - (given.length - index - 1)) : [item];
    });
    if (texts.length > 0) before = texts;
    return { texts, renderer };
  });
}
