// Searches for metrics: the examples of AWS's page, and laws.
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import type { MetricIdentity } from "../metric-identity.ts";
import type { SearchCondition, SearchExpression } from "./expression.ts";
import { compileSearch } from "./match.ts";
import { isSearchProblem, parseSearch } from "./parse.ts";
import { printSearch } from "./print.ts";
import { findsPart, partialTerm, tokensOf, wholeToken } from "./tokens.ts";

function parse(text: string): SearchExpression {
  const outcome = parseSearch(text);
  if (isSearchProblem(outcome)) throw new Error(outcome.problem);
  return outcome;
}

test.each([
  ["CustomCount1", "customcount1", ["Custom", "Count", "1"]],
  ["SDBFailure", "sdbfailure", ["SDB", "Failure"]],
  ["Project2-trial333", "project2trial333", ["Project", "2", "trial", "333"]],
  ["Network-Errors_2", "networkerrors2", ["Network", "Errors", "2"]],
])("the tokens of %s", (name, whole, tokens) => {
  expect(wholeToken(name)).toBe(whole);
  expect(tokensOf(name)).toEqual(tokens);
});

test.each([
  [
    "CustomCount1",
    "count Count COUNT CustomCount Count1 CustomCount1 customcount1",
    "couNT customcount count1 cust",
  ],
  [
    "Network-Errors-2",
    "network/errors network+errors network-errors Network_Errors 2",
    "errors-network work",
  ],
  ["NetworkErrors2", "network/errors network+errors network-errors Network_Errors", "networkerrors"],
  ["i-1234567890123456", "i-1234567890123456 1234567890123456", "i-123 1234"],
])("parts of %s", (name, found, missed) => {
  for (const term of found.split(" "))
    expect([term, findsPart(partialTerm(term), name)]).toEqual([term, true]);
  for (const term of missed.split(" "))
    expect([term, findsPart(partialTerm(term), name)]).toEqual([term, false]);
});

const metric = (
  namespace: string,
  name: string,
  dimensions: Record<string, string> = {},
): MetricIdentity => ({
  namespace,
  name,
  dimensions: Object.entries(dimensions).map(([dimension, value]) => ({ name: dimension, value })),
});

const metrics = [
  metric("AWS/EC2", "CPUUtilization", { InstanceId: "i-1" }),
  metric("AWS/EC2", "CPUUtilization", { InstanceId: "i-2" }),
  metric("AWS/EC2", "CPUUtilization", { InstanceType: "t2.micro" }),
  metric("AWS/EC2", "NetworkPacketsIn", { InstanceId: "i-1" }),
  metric("AWS/Lambda", "Errors", { FunctionName: "ProjectA-get" }),
  metric("AWS/Lambda", "Invocations", { FunctionName: "ProjectA-get" }),
  metric("AWS/Lambda", "Invocations", { FunctionName: "other" }),
  metric("My Namespace", "Europe\\France Traffic(Network)", { "Dimension@Name": "x" }),
  metric("Shop", "CustomCount1"),
];

const shown = ({ name, dimensions }: MetricIdentity) =>
  [name, ...dimensions.map(({ value }) => value)].join(" ");

test.each([
  [`{AWS/EC2,InstanceId} MetricName="CPUUtilization"`, "CPUUtilization i-1|CPUUtilization i-2"],
  [`{AWS/EC2, InstanceId} network AND packets`, "NetworkPacketsIn i-1"],
  [`{AWS/EC2, InstanceId}, network packets`, "NetworkPacketsIn i-1"],
  [`{AWS/EC2,InstanceId} MetricName="CPUUtilization" NOT i-1`, "CPUUtilization i-2"],
  [`{AWS/EC2,InstanceId} "InstanceId"=("i-2" OR "i-3")`, "CPUUtilization i-2"],
  [`Namespace="AWS/EC2" MetricName="CPUUtilization" "InstanceId"`, "CPUUtilization i-1|CPUUtilization i-2"],
  [`{AWS/EC2,InstanceType} InstanceType=micro`, "CPUUtilization t2.micro"],
  [`InstanceType="t2.micro" Namespace="AWS/EC2"`, "CPUUtilization t2.micro"],
  [`{AWS/EC2} NetworkPacketsIn`, "NetworkPacketsIn i-1"],
  [`NOT Namespace=AWS`, "Europe\\France Traffic(Network) x|CustomCount1"],
  [
    `{AWS/Lambda,FunctionName} MetricName="Errors" OR (MetricName="Invocations" AND (ProjectA OR ProjectB))`,
    "Errors ProjectA-get|Invocations ProjectA-get",
  ],
  [`(EC2 OR Shop) MetricName=Count`, "CustomCount1"],
  [`"customcount1"`, ""],
  [`"Custom"`, ""],
  [String.raw`"Europe\\France Traffic\(Network\)"`, "Europe\\France Traffic(Network) x"],
  [`{"My Namespace", "Dimension@Name"}`, "Europe\\France Traffic(Network) x"],
  [`CustomCount1 :aws.AccountId="111122223333"`, "CustomCount1"],
  [`CustomCount1 :aws.AccountId = 'LOCAL'`, "CustomCount1"],
  [`CustomCount1 :aws.AccountId="999999999999"`, ""],
  [`network or packets`, ""],
])("%s", (text, expected) => {
  const finds = compileSearch(parse(text), "111122223333");
  expect(metrics.filter(finds).map(shown).join("|")).toBe(expected);
});

test.each([
  ["", "expected a schema or a search term at position 0"],
  ["{AWS/EC2", "expected ',' or '}' at position 8"],
  ["{}", "expected a name at position 1"],
  ["(a OR", "expected a search term at position 5"],
  ["(a", "expected ')' at position 2"],
  ["a )", "expected a search term or the end at position 2"],
  ['MetricName="a', 'expected a closing " at position 11'],
  ["x".repeat(1_025), "a search has at most 1024 characters"],
])("refuses %s", (text, problem) => {
  expect(parseSearch(text)).toMatchObject({ problem });
});

describe("laws", () => {
  const word = fc.stringMatching(/^[a-zA-Z0-9/.:-]{1,6}$/).filter((text) => !/^(AND|OR|NOT)$/.test(text));
  const exactText = fc.stringMatching(/^[ -~]{0,6}$/);
  const term = fc.oneof(
    fc.record({ kind: fc.constant("term" as const), text: word, exact: fc.constant(false) }),
    fc.record({ kind: fc.constant("term" as const), text: exactText, exact: fc.constant(true) }),
    fc.record({
      kind: fc.constant("term" as const),
      property: exactText,
      text: word,
      exact: fc.constant(false),
    }),
  );
  const { condition } = fc.letrec<{ condition: SearchCondition }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 4 },
      term,
      tie("condition").map((operand) => ({ kind: "not" as const, operand })),
      fc.record({
        kind: fc.constantFrom("and" as const, "or" as const),
        operands: fc.array(tie("condition"), { minLength: 2, maxLength: 3 }),
      }),
    ),
  }));
  const schema = fc.record({
    namespace: fc.stringMatching(/^[ -~]{1,6}$/),
    dimensions: fc.array(fc.stringMatching(/^[ -~]{1,6}$/), { maxLength: 2 }),
  });

  property.prop([condition, fc.option(schema, { nil: undefined })])(
    "what is printed is read as the same search",
    (tree, ofSchema) => {
      const search = { ...(ofSchema === undefined ? {} : { schema: ofSchema }), condition: tree };
      const printed = printSearch(search);
      fc.pre(printed.length <= 1_024);
      expect(parse(printed)).toEqual(search);
    },
  );

  property.prop([condition])("NOT finds what is not found", (tree) => {
    const [finds, other] = [tree, { kind: "not" as const, operand: tree }].map((one) =>
      compileSearch({ condition: one }, "1"),
    );
    for (const one of metrics) expect(finds!(one)).toBe(!other!(one));
  });

  property.prop([fc.constantFrom(...metrics)])("every token of a name finds it", ({ name }) => {
    for (const token of tokensOf(name)) expect(findsPart(partialTerm(token), name)).toBe(true);
    expect(findsPart(partialTerm(name), name)).toBe(true);
  });
});
