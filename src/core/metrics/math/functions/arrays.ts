// Functions that choose from arrays of series.
import { arrayAt, scalarAt, signature, textAt, type MathFunction } from "../function.ts";
import { scalar, several, single, type Series } from "../series.ts";
import { aggregateOf } from "./aggregate.ts";

const sortedBy = ["AVG", "MIN", "MAX", "SUM"] as const;
const sortOrders = ["ASC", "DESC"] as const;

/** Series without datapoints come last, whatever the order. */
function sort(array: readonly Series[], by: string, order: string): readonly Series[] {
  const sign = order === "DESC" ? -1 : 1;
  return array
    .map((series) => ({ series, key: aggregateOf(by, series) }))
    .toSorted((one, other) => {
      if (Number.isNaN(one.key) || Number.isNaN(other.key)) {
        return Number(Number.isNaN(one.key)) - Number(Number.isNaN(other.key));
      }
      return sign * (one.key - other.key);
    })
    .map(({ series }) => series);
}

const nothing: Series = { label: "", periodSeconds: 60, timestamps: [], values: [] };

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax-functions-list */
export const arrayFunctions: readonly MathFunction[] = [
  {
    name: "METRICS",
    signatures: [signature([], "TS[]"), signature(["text"], "TS[]")],
    summary: "The metrics of the request, or those with a text in their id.",
    evaluate: (given, { metrics }) => {
      const part = textAt(given, 0) ?? "";
      return several(metrics.filter(({ id }) => id.includes(part)).map(({ series }) => series));
    },
  },
  {
    name: "METRIC_COUNT",
    signatures: [signature(["TS[]"], "S")],
    summary: "How many series an array has.",
    evaluate: (given) => scalar(arrayAt(given, 0).length),
  },
  {
    name: "FIRST",
    signatures: [signature(["TS[]"], "TS")],
    summary: "The first series of an array.",
    evaluate: (given) => single(arrayAt(given, 0)[0] ?? nothing),
  },
  {
    name: "LAST",
    signatures: [signature(["TS[]"], "TS")],
    summary: "The last series of an array.",
    evaluate: (given) => single(arrayAt(given, 0).at(-1) ?? nothing),
  },
  {
    name: "SLICE",
    signatures: [signature(["TS[]", "S"], "TS[]"), signature(["TS[]", "S", "S"], "TS[]")],
    summary: "The series of an array from one index on, or up to another.",
    evaluate: (given) => several(arrayAt(given, 0).slice(scalarAt(given, 1) ?? 0, scalarAt(given, 2))),
  },
  {
    name: "SORT",
    signatures: [
      signature(["TS[]", sortedBy, sortOrders], "TS[]"),
      signature(["TS[]", sortedBy, sortOrders, "S"], "TS[]"),
    ],
    summary: "The series of an array by their average, minimum, maximum or sum, or the first of them.",
    evaluate: (given) => {
      const sorted = sort(arrayAt(given, 0), textAt(given, 1) ?? "AVG", textAt(given, 2) ?? "ASC");
      return several(sorted.slice(0, scalarAt(given, 3)));
    },
  },
  {
    name: "REMOVE_EMPTY",
    signatures: [signature(["TS[]"], "TS[]")],
    summary: "The series of an array that have datapoints.",
    evaluate: (given) => several(arrayAt(given, 0).filter(({ values }) => values.length > 0)),
  },
];
