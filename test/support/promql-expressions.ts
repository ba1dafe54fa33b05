// PromQL expressions made at random: what the types allow, names and labels that need quotes among them.
import * as fc from "fast-check";
import { aggregators } from "../../src/core/promql/aggregators.ts";
import { typeOfPromql } from "../../src/core/promql/check-types.ts";
import {
  isComparison,
  isSetOperator,
  operatorNames,
  type PromqlExpression,
  type PromqlMatcher,
  type PromqlType,
} from "../../src/core/promql/expression.ts";
import { promqlFunctions } from "../../src/core/promql/functions.ts";

const position = 0;

export const labelName = fc.oneof(
  fc.constantFrom("a", "b", "le", "job", "by", "on", "sum"),
  fc.constantFrom("@resource.service.name", "a:b", 'quo"te', "ä"),
);
export const labelValue = fc.constantFrom("", "x", "y", "1", "+Inf", 'a "quoted"\\ \n text');
export const metricName = fc.oneof(
  { weight: 5, arbitrary: fc.constant("m") },
  {
    weight: 1,
    arbitrary: fc.constantFrom("n", "http.server.requests", "job:m:rate5m", "sum", "nan", "bool"),
  },
);
const matcher: fc.Arbitrary<PromqlMatcher> = fc.oneof(
  fc.record({ label: labelName, operator: fc.constantFrom("=" as const, "!=" as const), value: labelValue }),
  fc.record({
    label: fc.oneof(labelName, fc.constant("__name__")),
    operator: fc.constantFrom("=~" as const, "!~" as const),
    value: fc.constantFrom(".*", "x|y", "[mn]", "(a+)+$", ""),
  }),
);
const nameMatcher = metricName.map((value) => ({ label: "__name__", operator: "=" as const, value }));
const durationMs = fc.oneof(
  fc.integer({ min: 1, max: 10 }).map((minutes) => minutes * 60_000),
  fc.integer({ min: 50_000, max: 2_000_000 }),
);
const pinned = fc.constantFrom("start" as const, "end" as const, { at: 0 }, { at: 300_500 }, { at: -60_000 });
const shift = fc.record(
  {
    offsetMs: fc.oneof(
      fc.constant(0),
      durationMs,
      durationMs.map((ms) => -ms),
    ),
    pinned,
  },
  { requiredKeys: ["offsetMs"] },
);
const selector = fc
  .record({ shift, first: nameMatcher, others: fc.array(matcher, { maxLength: 2 }), isLast: fc.boolean() })
  .map(({ shift, first, others, isLast }) => ({
    kind: "selector" as const,
    matchers: isLast ? [...others, first] : [first, ...others],
    ...shift,
    position,
  }));
const number = fc
  .oneof(fc.integer({ min: -3, max: 40 }), fc.double())
  .map((value) => ({ kind: "number" as const, value, position }));
const text = fc.string({ unit: "grapheme" }).map((text) => ({ kind: "string" as const, text, position }));
const labelText = fc
  .constantFrom("a", "(.*)", "$1", "-")
  .map((text) => ({ kind: "string" as const, text, position }));

const matching = fc
  .record({
    by: fc.constantFrom("on" as const, "ignoring" as const),
    labels: fc.uniqueArray(labelName, { maxLength: 3 }),
    many: fc.constantFrom("left" as const, "right" as const, undefined),
    include: fc.uniqueArray(labelName, { maxLength: 2 }),
  })
  .map(({ by, labels, many, include }) => ({
    by,
    labels,
    ...(many && {
      group: { many, include: by === "on" ? include.filter((label) => !labels.includes(label)) : include },
    }),
  }));

type Expressions = {
  readonly scalar: PromqlExpression;
  readonly vector: PromqlExpression;
  readonly range: PromqlExpression;
  readonly scalarCall: PromqlExpression;
  readonly vectorCall: PromqlExpression;
  readonly aggregation: PromqlExpression;
};

const depth = { depthSize: "small" as const, withCrossShrink: true };

const expressions = fc.letrec<Expressions>((tie) => {
  const argument = (type: PromqlType): fc.Arbitrary<PromqlExpression> =>
    ({
      scalar: tie("scalar"),
      string: labelText,
      "instant vector": tie("vector"),
      "range vector": tie("range"),
    })[type];
  const callOf = (gives: PromqlType) =>
    fc
      .constantFrom(
        ...[...promqlFunctions.values()].filter((one) => one.gives === gives && one.refusal === undefined),
      )
      .chain((one) =>
        fc.tuple(...one.takes.map(argument)).map((given) => ({
          kind: "call" as const,
          name: one.name,
          arguments: given,
          position,
        })),
      );
  const signed = (operand: fc.Arbitrary<PromqlExpression>) =>
    fc
      .record({
        kind: fc.constant("sign" as const),
        sign: fc.constantFrom("+" as const, "-" as const),
        operand,
        position: fc.constant(position),
      })
      // The sign of a number is part of it.
      .map((one): PromqlExpression => (one.operand.kind === "number" ? one.operand : one));
  const operation = (left: fc.Arbitrary<PromqlExpression>, right: fc.Arbitrary<PromqlExpression>) =>
    fc
      .record({ left, right, operator: fc.constantFrom(...operatorNames), bool: fc.boolean(), by: matching })
      .map(({ left, right, operator, bool, by }): PromqlExpression => {
        const types = [typeOfPromql(left), typeOfPromql(right)];
        const isPlain = types.includes("scalar");
        const used = isPlain && isSetOperator(operator) ? ("+" as const) : operator;
        const isBool = isComparison(used) && (bool || types.every((type) => type === "scalar"));
        const own = isSetOperator(used) ? { by: by.by, labels: by.labels } : by;
        return {
          kind: "operation",
          operator: used,
          left,
          right,
          bool: isBool,
          ...(!isPlain && by.labels.length !== 1 && { matching: own }),
          position,
        };
      });
  return {
    scalar: fc.oneof(
      depth,
      number,
      operation(tie("scalar"), tie("scalar")),
      signed(tie("scalar")),
      tie("scalarCall"),
    ),
    vector: fc.oneof(
      depth,
      selector,
      operation(tie("vector"), tie("scalar")),
      operation(tie("scalar"), tie("vector")),
      operation(tie("vector"), tie("vector")),
      signed(tie("vector")),
      tie("aggregation"),
      tie("vectorCall"),
    ),
    range: fc.oneof(
      depth,
      fc
        .record({ selector, rangeMs: durationMs })
        .map((one) => ({ kind: "range" as const, ...one, position })),
      fc
        .record({ inner: tie("vector"), rangeMs: durationMs, stepMs: durationMs, shift })
        .map(({ inner, rangeMs, stepMs, shift }): PromqlExpression => ({
          kind: "subquery",
          inner,
          rangeMs,
          ...(stepMs > 100_000 && { stepMs }),
          ...shift,
          position,
        })),
    ),
    scalarCall: callOf("scalar"),
    vectorCall: callOf("instant vector"),
    aggregation: fc
      .record({
        one: fc.constantFrom(...[...aggregators.values()].filter(({ refusal }) => refusal === undefined)),
        inner: tie("vector"),
        scalar: tie("scalar"),
        grouping: fc.option(
          fc.record({
            by: fc.constantFrom("by" as const, "without" as const),
            labels: fc.uniqueArray(labelName, { maxLength: 2 }),
          }),
          { nil: undefined },
        ),
      })
      .map(({ one, inner, scalar, grouping }): PromqlExpression => ({
        kind: "aggregation",
        operator: one.name,
        ...(one.parameter !== undefined && {
          parameter: one.parameter === "scalar" ? scalar : { kind: "string", text: "value", position },
        }),
        inner,
        ...(grouping && { grouping }),
        position,
      })),
  };
});

export const anyExpression = fc.oneof(expressions.vector, expressions.scalar, expressions.range, text);

/** Subqueries in subqueries, each shifted, of series that are there: their instants are all that matters. */
export const nestedSubquery: fc.Arbitrary<PromqlExpression> = fc
  .record({
    shift,
    subqueries: fc.array(fc.record({ shift, rangeMs: durationMs, stepMs: durationMs }), {
      minLength: 1,
      maxLength: 2,
    }),
  })
  .map(({ shift, subqueries }) => {
    const matchers = [{ label: "__name__", operator: "=" as const, value: "m" }];
    const innermost: PromqlExpression = { kind: "selector", matchers, ...shift, position };
    return subqueries.reduce<PromqlExpression>((inner, { shift, ...steps }) => {
      const subquery = { kind: "subquery" as const, inner, ...steps, ...shift, position };
      return { kind: "call", name: "sum_over_time", arguments: [subquery], position };
    }, innermost);
  });
