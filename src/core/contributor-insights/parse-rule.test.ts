// Definitions of rules: what they are read as, and what is wrong with others.
import { expect, test } from "vitest";
import { isRuleProblem, parseInsightRule } from "./parse-rule.ts";

const place = { account: "123456789012", region: "us-east-1" };
const Schema = { Name: "CloudWatchLogRule", Version: 1 };
const valid = {
  Schema,
  LogGroupNames: ["api-*", "shop"],
  LogFormat: "JSON",
  Contribution: {
    Keys: ["$.ip", "$.user.names[1]"],
    ValueOf: "$.bytes",
    Filters: [
      { Match: "$.method", In: ["PUT", "POST"] },
      { Match: "$.status", GreaterThan: 399 },
      { Match: "$.debug", IsPresent: false },
    ],
  },
  AggregateOn: "Sum",
};

const parse = (document: object) => parseInsightRule(JSON.stringify(document), place);

test("reads the fields of JSON by their paths", () => {
  expect(parse(valid)).toEqual({
    logGroupNames: ["api-*", "shop"],
    format: "JSON",
    keyLabels: ["$.ip", "$.user.names[1]"],
    keys: [
      { kind: "json", path: ["ip"] },
      { kind: "json", path: ["user", "names", 1] },
    ],
    aggregateOn: "Sum",
    summedField: { kind: "json", path: ["bytes"] },
    filters: [
      { field: { kind: "json", path: ["method"] }, operator: "In", texts: ["PUT", "POST"] },
      { field: { kind: "json", path: ["status"] }, operator: "GreaterThan", number: 399 },
      { field: { kind: "json", path: ["debug"] }, operator: "IsPresent", isPresent: false },
    ],
  });
});

test("reads the places of the common log format, by number and by name", () => {
  const rule = parse({
    ...valid,
    LogFormat: "CLF",
    Fields: { "4": "IpAddress" },
    Contribution: { Keys: ["IpAddress", "2"] },
    AggregateOn: "Count",
  });
  expect(rule).toMatchObject({
    keyLabels: ["IpAddress", "2"],
    keys: [
      { kind: "clf", place: 4 },
      { kind: "clf", place: 2 },
    ],
  });
});

test("log groups by ARN are those of this account and Region", () => {
  const { LogGroupNames: _, ...rest } = valid;
  const withArn = (arn: string) => parse({ ...rest, LogGroupARNs: [arn] });
  const arn = "arn:aws:logs:us-east-1:123456789012:log-group:shop*";
  expect(withArn(arn)).toMatchObject({ logGroupNames: ["shop*"] });
  expect(withArn("arn:aws:logs:us-east-1:*:log-group:shop")).toMatchObject({ logGroupNames: ["shop"] });
  expect(withArn(arn.replace("123456789012", "999999999999"))).toMatchObject({
    problem: expect.stringContaining("not linked"),
  });
  expect(withArn("shop")).toMatchObject({ problem: "LogGroupARNs has the invalid ARN shop" });
});

const contribution = (change: object) => ({ ...valid, Contribution: { ...valid.Contribution, ...change } });
const filter = (one: object) => contribution({ Filters: [one] });

test.each<[object, string]>([
  [{ ...valid, Schema: { Name: "Else", Version: 1 } }, 'Schema must be {"Name": "CloudWatchLogRule"'],
  [{ ...valid, Schema: undefined }, "Schema is required"],
  [{ ...valid, LogGroupNames: undefined }, "Exactly one of LogGroupNames and LogGroupARNs"],
  [{ ...valid, LogGroupNames: [] }, "LogGroupNames must be an array of 1 to 20 strings"],
  [{ ...valid, LogGroupNames: ["a*b"] }, "LogGroupNames has the invalid name a*b"],
  [{ ...valid, LogFormat: "XML" }, "LogFormat must be one of JSON, CLF"],
  [{ ...valid, AggregateOn: "Max" }, "AggregateOn must be one of Count, Sum"],
  [{ ...valid, Else: 1 }, "RuleDefinition has the unknown member Else"],
  [{ ...valid, Fields: { "1": "a" } }, "Fields can be specified only when LogFormat is CLF"],
  [contribution({ Keys: [] }), "Contribution.Keys must be an array of 1 to 4 strings"],
  [
    contribution({ Keys: ["$.a", "$.b", "$.c", "$.d", "$.e"] }),
    "Contribution.Keys must be an array of 1 to 4",
  ],
  [contribution({ Keys: ["ip"] }), "Contribution.Keys has ip, which is not in JSON property format"],
  [contribution({ ValueOf: undefined }), "Contribution.ValueOf is required when AggregateOn is Sum"],
  [{ ...valid, AggregateOn: "Count" }, "ValueOf can be specified only when AggregateOn is Sum"],
  [contribution({ Filters: Array.from({ length: 5 }, () => ({})) }), "must not have more than 4 elements"],
  [filter({ Match: "$.a" }), "A filter must have exactly one of the operators"],
  [filter({ Match: "$.a", In: ["b"], NotIn: ["c"] }), "A filter must have exactly one of the operators"],
  [filter({ Match: "$.a", In: Array.from({ length: 11 }, String) }), "In must be an array of 1 to 10"],
  [filter({ Match: "$.a", EqualTo: "1" }), "EqualTo must be a number"],
  [filter({ Match: "$.a", IsPresent: "yes" }), "IsPresent must be true or false"],
  [filter({ Match: "a", EqualTo: 1 }), "Contribution.Filters.Match has a"],
])("%#: %j", (document, problem) => {
  const outcome = parse(document);
  expect(isRuleProblem(outcome) ? outcome.problem : "accepted").toContain(problem);
});

test("what is no JSON is told", () => {
  expect(parseInsightRule("{", place)).toEqual({ problem: "RuleDefinition is not valid JSON" });
  expect(parseInsightRule("[]", place)).toEqual({ problem: "RuleDefinition must be an object" });
});
