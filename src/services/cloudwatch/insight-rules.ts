// Rules of Contributor Insights: put, described, enabled, disabled and deleted.
import {
  LimitExceededException,
  MissingRequiredParameterException,
  type PartialFailure,
} from "@aws-sdk/client-cloudwatch";
import { managedSchema } from "../../core/contributor-insights/managed-rules.ts";
import { isRuleProblem, parseInsightRule } from "../../core/contributor-insights/parse-rule.ts";
import { alarmScope } from "../../storage/alarms.ts";
import {
  insightRulesOf,
  isEnabled,
  maximumRules,
  switched,
  type StoredInsightRule,
} from "../../storage/insight-rules.ts";
import { modelled } from "../../wire/service.ts";
import { isKeyPosition, parseToken, printToken } from "./alarm-errors.ts";
import { withTags } from "./alarm-input.ts";
import type { CloudWatchContext, Input, Output } from "./context.ts";
import { invalidValue } from "./metric-errors.ts";
import { untilWritten } from "./stored-alarms.ts";

const defaultResults = 500;
const ruleSchema = JSON.stringify({ Name: "CloudWatchLogRule", Version: 1 });

/**
 * A definition that changes begins anew: what arrived before was looked at by the one before.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutInsightRule.html
 */
export async function putInsightRule(
  input: Input<"PutInsightRule">,
  context: CloudWatchContext,
): Promise<object> {
  const { RuleName: name, RuleDefinition: definition, RuleState: wanted = "ENABLED" } = input;
  const { call, dependencies } = context;
  if (wanted !== "ENABLED" && wanted !== "DISABLED") {
    throw invalidValue(`The value ${wanted} for parameter RuleState is not supported.`);
  }
  const rule = parseInsightRule(definition, call);
  if (isRuleProblem(rule)) {
    throw invalidValue(`The value for parameter RuleDefinition is invalid: ${rule.problem}.`);
  }
  const rules = insightRulesOf(dependencies.state);
  const scope = alarmScope(call);
  await untilWritten(async () => {
    const before = await rules.get(scope, name);
    if (before?.value.managed !== undefined) throw invalidValue(`The rule ${name} is a managed rule.`);
    const appliesOnTransformed = input.ApplyOnTransformedLogs ?? false;
    const isSame =
      before?.value.definition === definition && before.value.appliesOnTransformed === appliesOnTransformed;
    const tags = before?.value.tags ?? withTags({}, input.Tags);
    const active = switched(isSame ? before.value.active : [], wanted === "ENABLED", call.now);
    const stored: StoredInsightRule = { name, definition, appliesOnTransformed, tags, active };
    if (before !== undefined) return rules.replace(scope, name, stored, before.version);
    if ((await rules.count(scope)) >= maximumRules) {
      throw modelled(
        LimitExceededException,
        `There can be at most ${maximumRules} Contributor Insights rules.`,
      );
    }
    return rules.create(scope, name, stored);
  });
  return {};
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeInsightRules.html */
export async function describeInsightRules(
  input: Input<"DescribeInsightRules">,
  { call, dependencies }: CloudWatchContext,
): Promise<Output<"DescribeInsightRules">> {
  const after = parseToken(input.NextToken, isKeyPosition);
  const limit = input.MaxResults ?? defaultResults;
  const found = await insightRulesOf(dependencies.state).list(alarmScope(call), {
    ...(after === undefined ? {} : { after: { key: after.key } }),
    limit: limit + 1,
  });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    InsightRules: page.map(({ value }) => ({
      Name: value.name,
      State: isEnabled(value) ? "ENABLED" : "DISABLED",
      Schema: value.managed === undefined ? ruleSchema : managedSchema,
      Definition: value.definition,
      ManagedRule: value.managed !== undefined,
      ApplyOnTransformedLogs: value.appliesOnTransformed,
    })),
    ...(found.length > limit && last !== undefined ? { NextToken: printToken({ key: last.key }) } : {}),
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_EnableInsightRules.html */
export async function enableInsightRules(
  { RuleNames }: Input<"EnableInsightRules">,
  context: CloudWatchContext,
): Promise<Output<"EnableInsightRules">> {
  return { Failures: await eachRule(RuleNames, (name) => switchRule(context, name, true)) };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DisableInsightRules.html */
export async function disableInsightRules(
  { RuleNames }: Input<"DisableInsightRules">,
  context: CloudWatchContext,
): Promise<Output<"DisableInsightRules">> {
  return { Failures: await eachRule(RuleNames, (name) => switchRule(context, name, false)) };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteInsightRules.html */
export async function deleteInsightRules(
  { RuleNames }: Input<"DeleteInsightRules">,
  { call, dependencies }: CloudWatchContext,
): Promise<Output<"DeleteInsightRules">> {
  const rules = insightRulesOf(dependencies.state);
  return { Failures: await eachRule(RuleNames, (name) => rules.delete(alarmScope(call), name)) };
}

async function switchRule({ call, dependencies }: CloudWatchContext, name: string, isOn: boolean) {
  const rules = insightRulesOf(dependencies.state);
  const scope = alarmScope(call);
  let isFound = false;
  await untilWritten(async () => {
    const found = await rules.get(scope, name);
    isFound = found !== undefined;
    if (found === undefined) return true;
    const active = switched(found.value.active, isOn, call.now);
    return rules.replace(scope, name, { ...found.value, active }, found.version);
  });
  return isFound;
}

/** Rules that are not there are told, and do not keep the others. */
async function eachRule(
  given: readonly string[],
  change: (name: string) => Promise<boolean>,
): Promise<PartialFailure[]> {
  const names = [...new Set(given)];
  if (names.length === 0) {
    throw modelled(MissingRequiredParameterException, "The parameter RuleNames is required.");
  }
  if (names.length > maximumRules) {
    throw invalidValue(`The collection RuleNames must not have a size greater than ${maximumRules}.`);
  }
  const failures: PartialFailure[] = [];
  for (const name of names) {
    if (await change(name)) continue;
    failures.push({
      FailureResource: name,
      ExceptionType: "ResourceNotFoundException",
      FailureCode: "404",
      FailureDescription: `The Contributor Insights rule ${name} does not exist.`,
    });
  }
  return failures;
}
