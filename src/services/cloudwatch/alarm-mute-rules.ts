// Alarm mute rules: when the actions of alarms are not performed.
import { ResourceNotFoundException } from "@aws-sdk/client-cloudwatch";
import { reconsiderHeld } from "../../core/alarms/alarm-change.ts";
import { parseMuteSchedule } from "../../core/alarms/mute-schedule.ts";
import {
  allMuteRules,
  muteRuleArn,
  muteRuleStatus,
  muteRulesOf,
  type AlarmMuteRule,
} from "../../storage/alarm-mute-rules.ts";
import { alarmScope, writeChange } from "../../storage/alarms.ts";
import { modelled } from "../../wire/service.ts";
import { isKeyPosition, parseToken, printToken, validationError } from "./alarm-errors.ts";
import { requireRoomForMuteRule } from "./alarm-quotas.ts";
import { withTags } from "./alarm-input.ts";
import type { CloudWatchContext, Input, Output } from "./context.ts";
import { circumstancesOf, findAlarm, findAlarms, tellOthers, untilWritten } from "./stored-alarms.ts";

const defaultRecords = 50;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutAlarmMuteRule.html */
export async function putAlarmMuteRule(
  input: Input<"PutAlarmMuteRule">,
  context: CloudWatchContext,
): Promise<object> {
  const { call, dependencies } = context;
  const schedule = scheduleOf(input);
  const alarmNames = [...new Set(input.MuteTargets?.AlarmNames ?? [])];
  const known = new Set((await findAlarms(context, alarmNames)).map(({ key }) => key));
  const missing = alarmNames.filter((name) => !known.has(name));
  if (missing.length > 0) throw validationError(`The alarms [${missing.join(", ")}] do not exist`);
  const rules = muteRulesOf(dependencies.state);
  const scope = alarmScope(call);
  const { Name: name, Description: description } = input;
  let earlierNames: readonly string[] = [];
  await untilWritten(async () => {
    const before = await rules.get(scope, name);
    earlierNames = before?.value.alarmNames ?? [];
    const rule: AlarmMuteRule = {
      name,
      arn: muteRuleArn(call, name),
      ...(description === undefined ? {} : { description }),
      schedule,
      alarmNames,
      tags: before?.value.tags ?? withTags({}, input.Tags),
      updatedAt: call.now,
    };
    if (before !== undefined) return rules.replace(scope, name, rule, before.version);
    requireRoomForMuteRule(await rules.count(scope));
    return rules.create(scope, name, rule);
  });
  tellOthers(context);
  await release(context, [...earlierNames, ...alarmNames]);
  return {};
}

/**
 * Who is muted no longer performs what was held back at once.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-mute-rules-behaviour.html
 */
async function release(context: CloudWatchContext, names: readonly string[]): Promise<void> {
  const { call, dependencies } = context;
  for (const name of new Set(names)) {
    await untilWritten(async () => {
      const found = await findAlarm(context, name);
      if (found?.value.held?.by !== "Mute") return true;
      const change = reconsiderHeld(found.value, await circumstancesOf(context, found.value));
      if (change === undefined) return true;
      return writeChange(dependencies.state, call, { version: found.version, change }, call.now);
    });
  }
  dependencies.facts.publish({ kind: "AlarmActionsQueued" });
}

function scheduleOf(input: Input<"PutAlarmMuteRule">): AlarmMuteRule["schedule"] {
  const { Expression: expression, Duration: duration, Timezone: timezone } = input.Rule.Schedule;
  const { StartDate: start, ExpireDate: expiry } = input;
  if (start !== undefined && expiry !== undefined && start.getTime() >= expiry.getTime()) {
    throw validationError("ExpireDate must be after StartDate");
  }
  const schedule = {
    expression,
    duration,
    ...(timezone === undefined ? {} : { timezone }),
    ...(start === undefined ? {} : { startAt: start.getTime() }),
    ...(expiry === undefined ? {} : { expiresAt: expiry.getTime() }),
  };
  if (parseMuteSchedule(schedule) !== undefined) return schedule;
  throw validationError(
    `The schedule ${expression} for ${duration} is not valid: expected cron(Minutes Hours ` +
      `Day-of-month Month ` +
      "Day-of-week) or at(yyyy-MM-ddThh:mm), a duration from PT1M to P15D, and a known time zone",
  );
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetAlarmMuteRule.html */
export async function getAlarmMuteRule(
  input: Input<"GetAlarmMuteRule">,
  { call, dependencies }: CloudWatchContext,
): Promise<Output<"GetAlarmMuteRule">> {
  const name = input.AlarmMuteRuleName;
  const rule = (await muteRulesOf(dependencies.state).get(alarmScope(call), name))?.value;
  if (rule === undefined) throw modelled(ResourceNotFoundException, `Unknown alarm mute rule: ${name}`);
  const { startAt, expression, duration, timezone } = rule.schedule;
  return {
    ...summaryOf(rule, call.now),
    Name: rule.name,
    Description: rule.description,
    Rule: { Schedule: { Expression: expression, Duration: duration, Timezone: timezone } },
    MuteTargets: { AlarmNames: [...rule.alarmNames] },
    ...(startAt === undefined ? {} : { StartDate: new Date(startAt) }),
  };
}

function summaryOf(rule: AlarmMuteRule, now: number) {
  const { expiresAt, expression } = rule.schedule;
  return {
    AlarmMuteRuleArn: rule.arn,
    ...(expiresAt === undefined ? {} : { ExpireDate: new Date(expiresAt) }),
    Status: muteRuleStatus(rule, now),
    MuteType: expression.startsWith("at") ? "ONE_TIME" : "RECURRING",
    LastUpdatedTimestamp: new Date(rule.updatedAt),
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListAlarmMuteRules.html */
export async function listAlarmMuteRules(
  input: Input<"ListAlarmMuteRules">,
  { call, dependencies }: CloudWatchContext,
): Promise<Output<"ListAlarmMuteRules">> {
  const position = parseToken(input.NextToken, isKeyPosition);
  const limit = input.MaxRecords ?? defaultRecords;
  const rules = await allMuteRules(dependencies.state, call);
  const found = rules
    .map(({ value }) => value)
    .filter(
      (rule) =>
        (position === undefined || rule.name > position.key) &&
        (input.AlarmName === undefined || rule.alarmNames.includes(input.AlarmName)) &&
        (input.Statuses === undefined || input.Statuses.includes(muteRuleStatus(rule, call.now))),
    );
  const last = found.slice(0, limit).at(-1);
  return {
    AlarmMuteRuleSummaries: found.slice(0, limit).map((rule) => summaryOf(rule, call.now)),
    ...(found.length > limit && last !== undefined ? { NextToken: printToken({ key: last.name }) } : {}),
  };
}

/** A rule that is not there is no error, as AWS models none. */
export async function deleteAlarmMuteRule(
  input: Input<"DeleteAlarmMuteRule">,
  context: CloudWatchContext,
): Promise<object> {
  const { call, dependencies } = context;
  const rules = muteRulesOf(dependencies.state);
  const before = await rules.get(alarmScope(call), input.AlarmMuteRuleName);
  await rules.delete(alarmScope(call), input.AlarmMuteRuleName);
  tellOthers(context);
  await release(context, before?.value.alarmNames ?? []);
  return {};
}
