// The labels of a series: their identity, their text, and what operators keep of them.
import { metricNameLabel } from "./expression.ts";
import type { PromqlLabels } from "./series.ts";
import { quote } from "./strings.ts";

const plainName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

const plainLabel = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Whether a name of a metric can stand before the braces. */
export const isPlainName = (name: string): boolean => plainName.test(name);

/** A label as it is written in braces and in lists: in quotes when it is not a plain word. */
export const printLabel = (label: string): string => (plainLabel.test(label) ? label : quote(label));

const sortedEntries = (labels: PromqlLabels): readonly (readonly [string, string])[] =>
  Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1));

/** What was computed from labels, which never change and come again at every step of a subquery. */
function remembered<Result>(compute: (labels: PromqlLabels) => Result): (labels: PromqlLabels) => Result {
  const results = new WeakMap<PromqlLabels, Result>();
  return (labels) => {
    const known = results.get(labels);
    if (known !== undefined) return known;
    const result = compute(labels);
    results.set(labels, result);
    return result;
  };
}

/** Equal for equal labels, and for them only. */
export const labelsKey = remembered((labels) => JSON.stringify(sortedEntries(labels)));

/**
 * A series as Prometheus writes it, with the labels in the order of their names: `up{job="api"}`. Equal
 * labels give equal texts, other labels other ones.
 */
export function promqlLabelsText(labels: PromqlLabels): string {
  const name = labels[metricNameLabel];
  const plain = name !== undefined && isPlainName(name);
  const pairs = sortedEntries(labels)
    .filter(([label]) => label !== metricNameLabel)
    .map(([label, value]) => `${printLabel(label)}=${quote(value)}`);
  if (plain) return pairs.length === 0 ? name : `${name}{${pairs.join(", ")}}`;
  return `{${(name === undefined ? pairs : [quote(name), ...pairs]).join(", ")}}`;
}

export const withoutName = remembered((labels) =>
  Object.hasOwn(labels, metricNameLabel) ? withoutLabels(labels, new Set([metricNameLabel])) : labels,
);

export function withoutLabels(labels: PromqlLabels, without: ReadonlySet<string>): PromqlLabels {
  return Object.fromEntries(Object.entries(labels).filter(([label]) => !without.has(label)));
}

export function onlyLabels(labels: PromqlLabels, only: ReadonlySet<string>): PromqlLabels {
  return Object.fromEntries(Object.entries(labels).filter(([label]) => only.has(label)));
}

/** The empty value takes the label away. */
export function withLabel(labels: PromqlLabels, label: string, value: string): PromqlLabels {
  return value === "" ? withoutLabels(labels, new Set([label])) : { ...labels, [label]: value };
}

/** The value of a label, empty when there is none. */
export const labelOf = (labels: PromqlLabels, label: string): string =>
  Object.hasOwn(labels, label) ? (labels[label] ?? "") : "";
