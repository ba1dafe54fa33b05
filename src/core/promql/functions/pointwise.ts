// Functions of each value of a vector by itself.
import { mapVector, scalarAt, vector, vectorAt, type PromqlFunction } from "../function.ts";

const pointwise = (name: string, summary: string, compute: (value: number) => number): PromqlFunction => ({
  name,
  takes: ["instant vector"],
  gives: "instant vector",
  summary,
  evaluate: (given) => vector(mapVector(vectorAt(given, 0), compute)),
});

/** One that bounds or rounds by a scalar. */
const bounded = (
  name: string,
  summary: string,
  compute: (value: number, bound: number) => number,
): PromqlFunction => ({
  name,
  takes: ["instant vector", "scalar"],
  gives: "instant vector",
  summary,
  evaluate: (given) => {
    const bound = scalarAt(given, 1);
    return vector(mapVector(vectorAt(given, 0), (value) => compute(value, bound)));
  },
});

const signOf = (value: number): number => (value < 0 ? -1 : value > 0 ? 1 : value);

/** To a multiple of a number, of two that are as near to the larger. */
function roundTo(value: number, step: number): number {
  const inverse = 1 / step;
  return Math.floor(value * inverse + 0.5) / inverse;
}

/** https://prometheus.io/docs/prometheus/latest/querying/functions/ */
export const pointwiseFunctions: readonly PromqlFunction[] = [
  pointwise("abs", "The absolute value.", Math.abs),
  pointwise("ceil", "The smallest integer that is not below.", Math.ceil),
  pointwise("floor", "The largest integer that is not above.", Math.floor),
  pointwise("exp", "The exponential function.", Math.exp),
  pointwise("ln", "The natural logarithm.", Math.log),
  pointwise("log2", "The logarithm to base 2.", Math.log2),
  pointwise("log10", "The logarithm to base 10.", Math.log10),
  pointwise("sqrt", "The square root.", Math.sqrt),
  pointwise("sgn", "The sign: 1, 0 or -1.", signOf),
  pointwise("acos", "The arc cosine, in radians.", Math.acos),
  pointwise("acosh", "The inverse hyperbolic cosine.", Math.acosh),
  pointwise("asin", "The arc sine, in radians.", Math.asin),
  pointwise("asinh", "The inverse hyperbolic sine.", Math.asinh),
  pointwise("atan", "The arc tangent, in radians.", Math.atan),
  pointwise("atanh", "The inverse hyperbolic tangent.", Math.atanh),
  pointwise("cos", "The cosine of radians.", Math.cos),
  pointwise("cosh", "The hyperbolic cosine.", Math.cosh),
  pointwise("sin", "The sine of radians.", Math.sin),
  pointwise("sinh", "The hyperbolic sine.", Math.sinh),
  pointwise("tan", "The tangent of radians.", Math.tan),
  pointwise("tanh", "The hyperbolic tangent.", Math.tanh),
  pointwise("deg", "Radians in degrees.", (value) => (value * 180) / Math.PI),
  pointwise("rad", "Degrees in radians.", (value) => (value * Math.PI) / 180),
  bounded("clamp_min", "The value, or the bound where it is larger.", Math.max),
  bounded("clamp_max", "The value, or the bound where it is smaller.", Math.min),
  {
    name: "clamp",
    takes: ["instant vector", "scalar", "scalar"],
    gives: "instant vector",
    summary: "The value between two bounds; nothing when the lower is above the upper.",
    evaluate: (given) => {
      const [lower, upper] = [scalarAt(given, 1), scalarAt(given, 2)];
      if (lower > upper) return vector([]);
      return vector(mapVector(vectorAt(given, 0), (value) => Math.max(lower, Math.min(upper, value))));
    },
  },
  {
    name: "round",
    takes: ["instant vector", "scalar"],
    optional: 1,
    gives: "instant vector",
    summary: "The nearest integer, or the nearest multiple of a number.",
    evaluate: (given) => {
      const step = given.length > 1 ? scalarAt(given, 1) : 1;
      return vector(mapVector(vectorAt(given, 0), (value) => roundTo(value, step)));
    },
  },
];
