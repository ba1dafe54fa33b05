// FILL: a value for every period that has none.
import { arrayAt, signature, type CallContext, type MathFunction } from "../function.ts";
import { alignPeriods, gridOf, several, single, type Series, type Value } from "../series.ts";

const fillers = ["REPEAT", "LINEAR"] as const;

/**
 * What stands for a missing datapoint: a number, the value of another series there, the last value before it,
 * or the point on the line between its neighbours. Nothing is repeated before the first datapoint, and no
 * line goes beyond the first and the last.
 */
type Filler = (missing: MissingPlace) => number | undefined;

interface MissingPlace {
  readonly at: number;
  readonly before: Datapoint | undefined;
  readonly after: Datapoint | undefined;
}

interface Datapoint {
  readonly at: number;
  readonly value: number;
}

function fillerOf(value: Value | undefined, periodSeconds: number): Filler {
  switch (value?.kind) {
    case "scalar":
      return () => value.value;
    case "series": {
      const like: Series = { label: "", periodSeconds, timestamps: [], values: [] };
      const [, aligned = value.series] = alignPeriods([like, value.series]);
      const values = new Map(aligned.timestamps.map((at, index) => [at, aligned.values[index]]));
      return ({ at }) => values.get(at);
    }
    case "text":
      if (value.text === "REPEAT") return ({ before }) => before?.value;
      return ({ at, before, after }) => {
        if (before === undefined || after === undefined) return undefined;
        const share = (at - before.at) / (after.at - before.at);
        return before.value + (after.value - before.value) * share;
      };
    default:
      throw new TypeError("FILL needs a filler");
  }
}

function fill(series: Series, filler: Value | undefined, context: CallContext): Series {
  const valueFor = fillerOf(filler, series.periodSeconds);
  const timestamps: number[] = [];
  const values: number[] = [];
  let next = 0;
  for (const at of gridOf(context.rangeOf(series.periodSeconds), series.periodSeconds)) {
    while ((series.timestamps[next] ?? Number.POSITIVE_INFINITY) < at) next++;
    const value =
      series.timestamps[next] === at
        ? series.values[next]
        : valueFor({ at, before: pointOf(series, next - 1), after: pointOf(series, next) });
    if (value === undefined || !Number.isFinite(value)) continue;
    timestamps.push(at);
    values.push(value);
  }
  return { ...series, timestamps, values };
}

function pointOf({ timestamps, values }: Series, index: number): Datapoint | undefined {
  const [at, value] = [timestamps[index], values[index]];
  return at === undefined || value === undefined ? undefined : { at, value };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax-functions-list */
export const fillFunction: MathFunction = {
  name: "FILL",
  signatures: (["TS", "TS[]"] as const).flatMap((type) =>
    [fillers, "S" as const, "TS" as const].map((filler) => signature([type, filler], type)),
  ),
  summary: "Fills missing values with a number, another series, the last value or a line.",
  evaluate: (given, context) => {
    const filled = arrayAt(given, 0).map((series) => fill(series, given[1], context));
    const [only] = filled;
    return given[0]?.kind === "series" && only !== undefined ? single(only) : several(filled);
  },
};
