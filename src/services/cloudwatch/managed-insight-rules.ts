// Managed rules of Contributor Insights: which there are for a resource, and switching them on.
import type { PartialFailure } from "@aws-sdk/client-cloudwatch";
import {
  managedDefinition,
  managedRuleName,
  templatesOf,
} from "../../core/contributor-insights/managed-rules.ts";
import { alarmScope } from "../../storage/alarms.ts";
import {
  insightRulesOf,
  isEnabled,
  maximumRules,
  switched,
  type StoredInsightRule,
} from "../../storage/insight-rules.ts";
import { isKeyPosition, parseToken, printToken } from "./alarm-errors.ts";
import { withTags } from "./alarm-input.ts";
import type { CloudWatchContext, Input, Output } from "./context.ts";
import { invalidValue } from "./metric-errors.ts";
import { untilWritten } from "./stored-alarms.ts";

const defaultResults = 100;

type WireRule = Input<"PutManagedInsightRules">["ManagedRules"][number];

/**
 * A rule that was disabled is enabled again.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutManagedInsightRules.html
 */
export async function putManagedInsightRules(
  { ManagedRules }: Input<"PutManagedInsightRules">,
  context: CloudWatchContext,
): Promise<Output<"PutManagedInsightRules">> {
  const Failures: PartialFailure[] = [];
  for (const rule of ManagedRules) {
    const failure = await putOne(rule, context);
    if (failure !== undefined) Failures.push({ FailureResource: rule.ResourceARN, ...failure });
  }
  return { Failures };
}

async function putOne(
  { TemplateName: templateName, ResourceARN: resourceArn, Tags }: WireRule,
  { call, dependencies }: CloudWatchContext,
): Promise<PartialFailure | undefined> {
  if (templatesOf(resourceArn, call)?.includes(templateName) !== true) {
    return {
      ExceptionType: "ResourceNotFoundException",
      FailureCode: "404",
      FailureDescription: `The template ${templateName} does not exist for the resource ${resourceArn}.`,
    };
  }
  const managed = { templateName, resourceArn };
  const name = managedRuleName(managed);
  const rules = insightRulesOf(dependencies.state);
  const scope = alarmScope(call);
  let failure: PartialFailure | undefined;
  await untilWritten(async () => {
    const before = await rules.get(scope, name);
    failure = await failureOf(name, before?.value, () => rules.count(scope));
    if (failure !== undefined) return true;
    const stored: StoredInsightRule = {
      name,
      definition: managedDefinition(managed),
      managed,
      appliesOnTransformed: false,
      tags: before?.value.tags ?? withTags({}, Tags),
      active: switched(before?.value.active ?? [], true, call.now),
    };
    if (before === undefined) return rules.create(scope, name, stored);
    return rules.replace(scope, name, stored, before.version);
  });
  return failure;
}

/** Why a managed rule cannot be put where `before` is. */
async function failureOf(
  name: string,
  before: StoredInsightRule | undefined,
  count: () => Promise<number>,
): Promise<PartialFailure | undefined> {
  const FailureCode = "400";
  if (before !== undefined && before.managed === undefined) {
    const FailureDescription = `The rule ${name} exists and is no managed rule.`;
    return { ExceptionType: "InvalidParameterValue", FailureCode, FailureDescription };
  }
  if (before !== undefined || (await count()) < maximumRules) return undefined;
  const FailureDescription = `There can be at most ${maximumRules} Contributor Insights rules.`;
  return { ExceptionType: "LimitExceededException", FailureCode, FailureDescription };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListManagedInsightRules.html */
export async function listManagedInsightRules(
  { ResourceARN: resourceArn, NextToken, MaxResults = defaultResults }: Input<"ListManagedInsightRules">,
  { call, dependencies }: CloudWatchContext,
): Promise<Output<"ListManagedInsightRules">> {
  const templates = templatesOf(resourceArn, call);
  if (templates === undefined) {
    throw invalidValue(`There are no managed rules for the resource ${resourceArn}.`);
  }
  const after = parseToken(NextToken, isKeyPosition);
  const first = after === undefined ? 0 : templates.indexOf(after.key) + 1;
  const page = templates.slice(first, first + MaxResults);
  const names = page.map((templateName) => managedRuleName({ templateName, resourceArn }));
  const found = await insightRulesOf(dependencies.state).getMany(alarmScope(call), names);
  const rules = new Map(found.map(({ key, value }) => [key, value]));
  const last = page.at(-1);
  return {
    ManagedRules: page.map((TemplateName, index) => {
      const rule = rules.get(names[index] ?? "");
      if (rule?.managed === undefined) return { TemplateName };
      const State = isEnabled(rule) ? "ENABLED" : "DISABLED";
      return { TemplateName, ResourceARN: resourceArn, RuleState: { RuleName: rule.name, State } };
    }),
    ...(first + page.length < templates.length && last !== undefined
      ? { NextToken: printToken({ key: last }) }
      : {}),
  };
}
