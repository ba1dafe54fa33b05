// The actions of an alarm, as callers name them, and which go with the metric that it watches.
import {
  actionTargetOf,
  type ActionService,
  type ActionTarget,
  type InstanceOperation,
} from "../../core/alarms/actions/action-arn.ts";
import { notMonitoringInstance } from "../../core/alarms/actions/action-request.ts";
import { instanceOf } from "../../core/alarms/actions/alarm-facts.ts";
import { validationError } from "./alarm-errors.ts";

/** Of alarms on one metric. */
export interface WatchedMetric {
  readonly MetricName?: string | undefined;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[] | undefined;
}

interface Actions extends WatchedMetric {
  readonly OKActions?: readonly string[] | undefined;
  readonly AlarmActions?: readonly string[] | undefined;
  readonly InsufficientDataActions?: readonly string[] | undefined;
}

type List = "OKActions" | "AlarmActions" | "InsufficientDataActions";
type Kind = "metric" | "composite" | "log";

const everything: readonly ActionService[] = ["sns", "lambda", "ec2", "autoscaling", "ssm", "ssm-incidents"];
const told: readonly ActionService[] = ["sns", "lambda"];

/**
 * What each list may have, by the kind of alarm; an investigation begins with an alarm and nothing else.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutLogAlarm.html
 */
const accepted: Readonly<Record<Kind, Readonly<Record<List, readonly ActionService[]>>>> = {
  metric: {
    OKActions: everything,
    AlarmActions: [...everything, "aiops"],
    InsufficientDataActions: everything,
  },
  composite: {
    OKActions: told,
    AlarmActions: [...told, "ssm", "ssm-incidents", "aiops"],
    InsufficientDataActions: told,
  },
  log: { OKActions: told, AlarmActions: [...told, "ssm"], InsufficientDataActions: told },
};

/** @throws ValidationException for an action that such an alarm does not take there. */
export function refuseMisplacedActions(kind: Kind, input: Actions): void {
  for (const list of ["OKActions", "AlarmActions", "InsufficientDataActions"] as const) {
    for (const arn of input[list] ?? []) {
      const target = actionTargetOf(arn);
      if (target === undefined || accepted[kind][list].includes(target.service)) continue;
      throw validationError(`Invalid arn syntax: ${arn} is not supported in ${list} of ${kind} alarms`);
    }
  }
}

/**
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
 * @throws ValidationException in AWS's words.
 */
export function checkedActions(arns: readonly string[] = [], region: string): readonly string[] {
  for (const arn of arns) {
    const target = actionTargetOf(arn);
    if (target === undefined) throw validationError(`Invalid arn syntax: ${arn}`);
    if (target.region !== undefined && target.region !== region) {
      throw validationError(`Invalid region ${target.region} specified. Only ${region} is supported.`);
    }
  }
  return [...new Set(arns)];
}

/**
 * An instance is acted on by an alarm that watches it, and recovered only when its system is impaired.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/UsingAlarmActions.html
 * @throws ValidationException
 */
export function refuseInstanceActions({ MetricName, Dimensions = [], ...lists }: Actions): void {
  if (MetricName === undefined) return;
  const { OKActions = [], AlarmActions = [], InsufficientDataActions = [] } = lists;
  const operations = [...OKActions, ...AlarmActions, ...InsufficientDataActions].flatMap(operationOf);
  if (operations.length === 0) return;
  if (instanceOf(Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value]))) === undefined) {
    throw validationError(notMonitoringInstance);
  }
  if (operations.includes("recover") && MetricName !== "StatusCheckFailed_System") {
    throw validationError(
      "Invalid use of EC2 action. The recover action is only supported on the metric " +
        "StatusCheckFailed_System.",
    );
  }
}

function operationOf(arn: string): readonly InstanceOperation[] {
  const target: ActionTarget | undefined = actionTargetOf(arn);
  return target?.service === "ec2" ? [target.operation] : [];
}
