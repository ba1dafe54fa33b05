// Reads the definition of a rule of Contributor Insights.
import { ruleLimits, type InsightRule, type RuleField, type RuleFilter } from "./rule.ts";

/** What is wrong with a definition. */
export interface RuleProblem {
  readonly problem: string;
}

export function isRuleProblem(outcome: InsightRule | RuleProblem): outcome is RuleProblem {
  return "problem" in outcome;
}

/** Where the rule is put: log groups elsewhere are not linked. */
export interface RulePlace {
  readonly account: string;
  readonly region: string;
}

class Invalid extends Error {}

type Members = Readonly<Record<string, unknown>>;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/ContributorInsights-RuleSyntax.html */
export function parseInsightRule(text: string, place: RulePlace): InsightRule | RuleProblem {
  try {
    return ruleOf(documentOf(text), place);
  } catch (error) {
    if (error instanceof Invalid) return { problem: error.message };
    throw error;
  }
}

function documentOf(text: string): Members {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new Invalid("RuleDefinition is not valid JSON");
  }
  return objectOf(document, "RuleDefinition");
}

const ruleMembers = [
  "Schema",
  "LogGroupNames",
  "LogGroupARNs",
  "LogFormat",
  "Fields",
  "Contribution",
  "AggregateOn",
];

function ruleOf(document: Members, place: RulePlace): InsightRule {
  allowOnly(document, ruleMembers, "RuleDefinition");
  const schema = objectOf(document["Schema"], "Schema");
  if (schema["Name"] !== "CloudWatchLogRule" || schema["Version"] !== 1) {
    throw new Invalid('Schema must be {"Name": "CloudWatchLogRule", "Version": 1}');
  }
  const format = wordOf(document["LogFormat"], ["JSON", "CLF"] as const, "LogFormat");
  const aliases = aliasesOf(document["Fields"], format);
  const fieldOf = (value: unknown, name: string) => readField(value, format, aliases, name);
  const contribution = objectOf(document["Contribution"], "Contribution");
  allowOnly(contribution, ["Keys", "ValueOf", "Filters"], "Contribution");
  const keyLabels = textsOf(contribution["Keys"], "Contribution.Keys", ruleLimits.keys);
  const aggregateOn = wordOf(document["AggregateOn"], ["Count", "Sum"] as const, "AggregateOn");
  const { ValueOf: value } = contribution;
  if (aggregateOn === "Sum" && value === undefined) {
    throw new Invalid("Contribution.ValueOf is required when AggregateOn is Sum");
  }
  if (aggregateOn === "Count" && value !== undefined) {
    throw new Invalid("Contribution.ValueOf can be specified only when AggregateOn is Sum");
  }
  return {
    logGroupNames: logGroupsOf(document, place),
    format,
    keyLabels,
    keys: keyLabels.map((key) => fieldOf(key, "Contribution.Keys")),
    aggregateOn,
    ...(value === undefined ? {} : { summedField: fieldOf(value, "Contribution.ValueOf") }),
    filters: filtersOf(contribution["Filters"], fieldOf),
  };
}

function logGroupsOf(document: Members, { account, region }: RulePlace): readonly string[] {
  const { LogGroupNames: names, LogGroupARNs: arns } = document;
  if ((names === undefined) === (arns === undefined)) {
    throw new Invalid("Exactly one of LogGroupNames and LogGroupARNs must be specified");
  }
  if (arns === undefined) {
    const given = textsOf(names, "LogGroupNames", ruleLimits.logGroupNames);
    const odd = given.find((name) => !/^[\w./#-]*\*?$/.test(name) || name === "");
    if (odd !== undefined) throw new Invalid(`LogGroupNames has the invalid name ${odd}`);
    return given;
  }
  return textsOf(arns, "LogGroupARNs", ruleLimits.logGroupNames).map((arn) => {
    const [, ofRegion, ofAccount, name] =
      /^arn:[\w-]+:logs:([\w-]+|\*):(\d{12}|\*):log-group[:/]([\w./#-]*\*?)$/.exec(arn) ?? [];
    if (name === undefined || name === "") throw new Invalid(`LogGroupARNs has the invalid ARN ${arn}`);
    if (![account, "*"].includes(ofAccount ?? "") || ![region, "*"].includes(ofRegion ?? "")) {
      throw new Invalid(`The log group ${arn} is in an account or Region that is not linked to this one`);
    }
    return name;
  });
}

type Aliases = ReadonlyMap<string, number>;

/** Names for places of the common log format. */
function aliasesOf(given: unknown, format: InsightRule["format"]): Aliases {
  if (given === undefined) return new Map();
  if (format !== "CLF") throw new Invalid("Fields can be specified only when LogFormat is CLF");
  return new Map(
    Object.entries(objectOf(given, "Fields")).map(([place, name]) => {
      if (!isPlace(place)) throw new Invalid(`Fields has the invalid place ${place}`);
      return [textOf(name, `Fields.${place}`), Number(place)];
    }),
  );
}

const isPlace = (text: string) => /^[1-9]\d{0,3}$/.test(text);

function readField(value: unknown, format: InsightRule["format"], aliases: Aliases, name: string): RuleField {
  const text = textOf(value, name);
  if (format === "CLF") {
    const place = aliases.get(text) ?? (isPlace(text) ? Number(text) : undefined);
    if (place === undefined) throw new Invalid(`${name} has ${text}, which is neither a place nor in Fields`);
    return { kind: "clf", place };
  }
  const steps = /^\$((?:\.[\w@-]+|\[\d{1,4}\]|\['[^'\]]+'\])+)$/.exec(text)?.[1];
  if (steps === undefined) throw new Invalid(`${name} has ${text}, which is not in JSON property format`);
  const path = [...steps.matchAll(/\.([\w@-]+)|\[(\d+)\]|\['([^']+)'\]/g)].map(
    ([, property, index, quoted]) => property ?? quoted ?? Number(index),
  );
  return { kind: "json", path };
}

const textOperators = ["In", "NotIn", "StartsWith"] as const;
const numberOperators = ["GreaterThan", "LessThan", "EqualTo", "NotEqualTo"] as const;
const operators = [...textOperators, ...numberOperators, "IsPresent"] as const;

function filtersOf(
  given: unknown,
  fieldOf: (value: unknown, name: string) => RuleField,
): readonly RuleFilter[] {
  if (given === undefined) return [];
  if (!Array.isArray(given)) throw new Invalid("Contribution.Filters must be an array");
  if (given.length > ruleLimits.filters) {
    throw new Invalid(`Contribution.Filters must not have more than ${ruleLimits.filters} elements`);
  }
  return given.map((one: unknown) => {
    const filter = objectOf(one, "Contribution.Filters");
    allowOnly(filter, ["Match", ...operators], "Contribution.Filters");
    const field = fieldOf(filter["Match"], "Contribution.Filters.Match");
    const [operator, ...others] = operators.filter((name) => name in filter);
    if (operator === undefined || others.length > 0) {
      throw new Invalid(`A filter must have exactly one of the operators ${operators.join(", ")}`);
    }
    return { field, ...condition(operator, filter[operator]) };
  });
}

function condition(operator: (typeof operators)[number], value: unknown) {
  if (operator === "IsPresent") {
    if (typeof value !== "boolean") throw new Invalid("IsPresent must be true or false");
    return { operator, isPresent: value };
  }
  const asText = textOperators.find((name) => name === operator);
  if (asText !== undefined) {
    return { operator: asText, texts: textsOf(value, asText, ruleLimits.filterTexts) };
  }
  const asNumber = numberOperators.find((name) => name === operator) ?? "EqualTo";
  if (typeof value !== "number") throw new Invalid(`${asNumber} must be a number`);
  return { operator: asNumber, number: value };
}

function objectOf(value: unknown, name: string): Members {
  if (value === undefined) throw new Invalid(`${name} is required`);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw new Invalid(`${name} must be an object`);
}

function allowOnly(members: Members, allowed: readonly string[], name: string): void {
  const unknown = Object.keys(members).find((key) => !allowed.includes(key));
  if (unknown !== undefined) throw new Invalid(`${name} has the unknown member ${unknown}`);
}

function textOf(value: unknown, name: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw new Invalid(`${name} must be a string`);
}

function textsOf(value: unknown, name: string, maximum: number): readonly string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > maximum) {
    throw new Invalid(`${name} must be an array of 1 to ${maximum} strings`);
  }
  return value.map((one: unknown) => textOf(one, name));
}

function wordOf<Word extends string>(value: unknown, words: readonly Word[], name: string): Word {
  const found = words.find((word) => word === value);
  if (found === undefined) throw new Invalid(`${name} must be one of ${words.join(", ")}`);
  return found;
}
