// The alarm that a definition would make, for those who only want to try it.
import { ComparisonOperator, StandardUnit, Statistic } from "@aws-sdk/client-cloudwatch";
import { alarmArn, type MetricAlarm } from "../../core/alarms/alarm.ts";
import type { AlarmDefinition } from "../../core/alarms/alarm-definition.ts";
import type { AlarmWorld } from "../../storage/alarms.ts";
import { validationError } from "./alarm-errors.ts";
import type { Input } from "./context.ts";
import { metricAlarmPart } from "./metric-alarm-input.ts";
import type { MetricReader } from "./metric-data-queries.ts";
import { newAlarm } from "./put-metric-alarm.ts";

const name = "definition";

/** Checked as PutMetricAlarm checks it; what is wrong is told in its words. */
export function definedAlarm(
  definition: AlarmDefinition,
  { account, region }: AlarmWorld,
  now: number,
  linkedAccounts: MetricReader["linkedAccounts"],
): MetricAlarm | { readonly problem: string } {
  try {
    return {
      ...newAlarm(now),
      ...metricAlarmPart(inputOf(definition), { account, linkedAccounts }, now),
      type: "MetricAlarm",
      name,
      arn: alarmArn(account, region, name),
      metricId: name,
      actionsEnabled: false,
      okActions: [],
      alarmActions: [],
      insufficientDataActions: [],
      tags: {},
      configuredAt: now,
    };
  } catch (error) {
    if (error instanceof Error && "$fault" in error) return { problem: error.message };
    throw error;
  }
}

function inputOf(definition: AlarmDefinition): Input<"PutMetricAlarm"> {
  const { ComparisonOperator: operator, Statistic: statistic, Unit: unit, Metrics: queries } = definition;
  return {
    ...definition,
    AlarmName: name,
    Dimensions: definition.Dimensions === undefined ? undefined : [...definition.Dimensions],
    ComparisonOperator: oneOf(ComparisonOperator, operator, "ComparisonOperator"),
    Statistic: statistic === undefined ? undefined : oneOf(Statistic, statistic, "Statistic"),
    Unit: unitOf(unit),
    Metrics: queries?.map(({ MetricStat: stat, ...query }) => ({
      ...query,
      MetricStat:
        stat === undefined
          ? undefined
          : {
              ...stat,
              Unit: unitOf(stat.Unit),
              Metric: { ...stat.Metric, Dimensions: [...(stat.Metric.Dimensions ?? [])] },
            },
    })),
  };
}

const unitOf = (unit: string | undefined) =>
  unit === undefined ? undefined : oneOf(StandardUnit, unit, "Unit");

function oneOf<Value extends string>(
  known: Readonly<Record<string, Value>>,
  given: string,
  parameter: string,
): Value {
  const value = Object.values(known).find((one) => one === given);
  if (value === undefined) {
    throw validationError(
      `The value ${given} for parameter ${parameter} must be one of ${Object.values(known).join(", ")}.`,
    );
  }
  return value;
}
