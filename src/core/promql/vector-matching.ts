// Operators between two vectors, whose series find each other by their labels.
import { isSetOperator, metricNameLabel, type Operation, type VectorMatching } from "./expression.ts";
import {
  labelOf,
  labelsKey,
  onlyLabels,
  promqlLabelsText,
  withLabel,
  withoutLabels,
  withoutName,
} from "./labels.ts";
import { keepsName, operateOnSeries, type PlainOperator } from "./operators.ts";
import { PromqlError } from "./promql-error.ts";
import type { PromqlLabels, VectorSample } from "./series.ts";

type Samples = readonly VectorSample[];

/** Without a word about it, series match by all their labels but the name. */
const allLabels: VectorMatching = { by: "ignoring", labels: [] };

/**
 * https://prometheus.io/docs/prometheus/latest/querying/operators/#vector-matching
 * @throws PromqlError when a series has several that match it and nothing says that it may.
 */
export function operateOnVectors(operation: Operation, left: Samples, right: Samples): Samples {
  const { operator, bool, matching = allLabels } = operation;
  if (isSetOperator(operator)) return combine(operator, signatureBy(matching), left, right);
  return operateOnPairs({ operator, bool, matching }, left, right);
}

function combine(
  operator: "and" | "or" | "unless",
  signatureOf: (labels: PromqlLabels) => string,
  left: Samples,
  right: Samples,
): Samples {
  const signatures = (samples: Samples) => new Set(samples.map(({ labels }) => signatureOf(labels)));
  if (operator === "or") {
    const known = signatures(left);
    return [...left, ...right.filter(({ labels }) => !known.has(signatureOf(labels)))];
  }
  const known = signatures(right);
  return left.filter(({ labels }) => known.has(signatureOf(labels)) === (operator === "and"));
}

/** The labels by which a series finds its partners. */
function matchedLabels({ by, labels: listed }: VectorMatching): (labels: PromqlLabels) => PromqlLabels {
  if (by === "ignoring" && listed.length === 0) return withoutName;
  const names = new Set(by === "on" ? listed : [...listed, metricNameLabel]);
  return (labels) => (by === "on" ? onlyLabels(labels, names) : withoutLabels(labels, names));
}

function signatureBy(matching: VectorMatching): (labels: PromqlLabels) => string {
  const matched = matchedLabels(matching);
  return (labels) => labelsKey(matched(labels));
}

interface PairOperation {
  readonly operator: PlainOperator;
  readonly bool: boolean;
  readonly matching: VectorMatching;
}

function operateOnPairs({ operator, bool, matching }: PairOperation, left: Samples, right: Samples): Samples {
  if (left.length === 0 || right.length === 0) return [];
  const many = matching.group?.many;
  const [manySide, oneSide] = many === "right" ? [right, left] : [left, right];
  const signatureOf = signatureBy(matching);
  const partners = partnersBySignature(signatureOf, oneSide, matching, many === "right" ? "left" : "right");
  const results: VectorSample[] = [];
  const used = new Set<string>();
  for (const sample of manySide) {
    const signature = signatureOf(sample.labels);
    const partner = partners.get(signature);
    if (partner === undefined) continue;
    const [leftValue, rightValue] =
      many === "right" ? [partner.value, sample.value] : [sample.value, partner.value];
    const value = operateOnSeries(operator, bool, leftValue, rightValue);
    if (value === undefined) continue;
    const labels = labelsOfPair(matching, keepsName(operator, bool), sample.labels, partner.labels);
    // One to one, a signature has one result; else one for each series that can be told from the others.
    const identity = many === undefined ? signature : labelsKey(labels);
    if (used.has(identity)) {
      throw new PromqlError(
        many === undefined
          ? "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
          : "multiple matches for labels: grouping labels must ensure unique matches",
      );
    }
    used.add(identity);
    results.push({ labels, value });
  }
  return results;
}

function partnersBySignature(
  signatureOf: (labels: PromqlLabels) => string,
  samples: Samples,
  matching: VectorMatching,
  side: "left" | "right",
): ReadonlyMap<string, VectorSample> {
  const partners = new Map<string, VectorSample>();
  for (const sample of samples) {
    const signature = signatureOf(sample.labels);
    const other = partners.get(signature);
    if (other !== undefined) {
      const group = promqlLabelsText(matchedLabels(matching)(sample.labels));
      const both = `[${promqlLabelsText(sample.labels)}, ${promqlLabelsText(other.labels)}]`;
      throw new PromqlError(
        `found duplicate series for the match group ${group} on the ${side} hand-side of the operation: ` +
          `${both};many-to-many matching not allowed: matching labels must be unique on one side`,
      );
    }
    partners.set(signature, sample);
  }
  return partners;
}

/** One to one, what matched is left; else the labels of the many side, with what it takes from the one. */
function labelsOfPair(
  { by, labels: listed, group }: VectorMatching,
  withName: boolean,
  own: PromqlLabels,
  ofPartner: PromqlLabels,
): PromqlLabels {
  const named = withName ? own : withoutName(own);
  if (group === undefined) {
    if (by === "ignoring" && listed.length === 0) return named;
    return by === "on" ? onlyLabels(named, new Set(listed)) : withoutLabels(named, new Set(listed));
  }
  return group.include.reduce((labels, label) => withLabel(labels, label, labelOf(ofPartner, label)), named);
}
