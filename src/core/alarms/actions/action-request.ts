// The request that asks a service of AWS for what an action wants.
import { actionTargetOf, type ActionTarget, type InstanceOperation } from "./action-arn.ts";
import { alarmFactsOf, type PerformedAction } from "./alarm-facts.ts";

export interface ActionRequest {
  /** As signatures name it. */
  readonly service: string;
  readonly region: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Services take the same request again under the same `id`, which is a UUID, without doing it twice. */
interface Asking {
  readonly action: PerformedAction;
  readonly id: string;
}

/** @returns why no request can be made. */
export function actionRequest(asking: Asking): ActionRequest | string {
  const target = actionTargetOf(asking.action.actionArn);
  switch (target?.service) {
    case "lambda":
      return invokeRequest(target, asking);
    case "ec2":
      return instanceRequest(target, asking);
    case "autoscaling":
      return scalingRequest(target, asking);
    case "ssm":
      return opsItemRequest(target, asking);
    case "ssm-incidents":
      return incidentRequest(asking);
    case "aiops":
      return "Investigations have no operation that takes an alarm: configure a webhook or a command.";
    case "sns":
    case undefined:
      return `Invalid arn syntax: ${asking.action.actionArn}`;
  }
}

type TargetOf<Service> = ActionTarget & { readonly service: Service };

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
function invokeRequest({ region }: TargetOf<"lambda">, { action }: Asking): ActionRequest {
  return {
    service: "lambda",
    region,
    path: `/2015-03-31/functions/${encodeURIComponent(action.actionArn)}/invocations`,
    headers: { "content-type": "application/json", "x-amz-invocation-type": "Event" },
    body: action.body,
  };
}

const instanceActions: Readonly<Record<InstanceOperation, string>> = {
  stop: "StopInstances",
  terminate: "TerminateInstances",
  reboot: "RebootInstances",
  // Known by its permission only: AWS documents no such operation.
  recover: "RecoverInstances",
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StopInstances.html */
function instanceRequest({ region, operation }: TargetOf<"ec2">, { action }: Asking): ActionRequest | string {
  const { instanceId } = alarmFactsOf(action);
  if (instanceId === undefined) return notMonitoringInstance;
  const Action = instanceActions[operation];
  return {
    ...formRequest({ Action, Version: "2016-11-15", "InstanceId.1": instanceId }),
    service: "ec2",
    region,
  };
}

/** In AWS's words. */
export const notMonitoringInstance =
  "Invalid use of EC2 action. An EC2 action can only be used if the alarm is monitoring an EC2 instance.";

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_ExecutePolicy.html */
function scalingRequest(
  { region, group }: TargetOf<"autoscaling">,
  { action }: Asking,
): ActionRequest | string {
  if (group === undefined) {
    return (
      "Application Auto Scaling has no operation that executes a policy: configure a webhook or a " +
      "command."
    );
  }
  const { value, threshold } = alarmFactsOf(action);
  const form = formRequest({
    Action: "ExecutePolicy",
    Version: "2011-01-01",
    AutoScalingGroupName: group,
    PolicyName: action.actionArn,
    // Policies in steps choose their step by these.
    ...(value === undefined || threshold === undefined
      ? {}
      : { MetricValue: String(value), BreachThreshold: String(threshold) }),
  });
  return { ...form, service: "autoscaling", region };
}

function formRequest(fields: Readonly<Record<string, string>>): Omit<ActionRequest, "service" | "region"> {
  const pairs = Object.entries(fields).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return {
    path: "/",
    headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
    body: pairs.join("&"),
  };
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateOpsItem.html */
const longestTitle = 1_024;
const longestDescription = 2_048;

function opsItemRequest({ region, severity, category }: TargetOf<"ssm">, { action }: Asking): ActionRequest {
  const { alarmName, alarmArn, state } = action;
  const { reason } = alarmFactsOf(action);
  // While an item of the alarm is open, there is no second one.
  const dedup = JSON.stringify({ dedupString: `CloudWatch alarm ${alarmArn}` });
  const body = {
    Title: `CloudWatch alarm - '${alarmName}' is in ${state} state`.slice(0, longestTitle),
    Description: (reason || alarmName).slice(0, longestDescription),
    Source: "CloudWatch Alarm",
    Severity: severity,
    ...(category === undefined ? {} : { Category: category }),
    OperationalData: {
      "/aws/dedup": { Type: "SearchableString", Value: dedup },
      "/aws/resources": { Type: "SearchableString", Value: JSON.stringify([{ arn: alarmArn }]) },
    },
  };
  return {
    service: "ssm",
    region,
    path: "/",
    headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": "AmazonSSM.CreateOpsItem" },
    body: JSON.stringify(body),
  };
}

/** https://docs.aws.amazon.com/incident-manager/latest/APIReference/API_StartIncident.html */
const longestIncidentTitle = 200;

function incidentRequest({ action, id }: Asking): ActionRequest {
  const { actionArn, alarmName, alarmArn, state, stateUpdatedAt } = action;
  const body = {
    clientToken: id,
    responsePlanArn: actionArn,
    title: `${state}: ${alarmName}`.slice(0, longestIncidentTitle),
    triggerDetails: {
      source: "cloudwatch.alarm",
      triggerArn: alarmArn,
      timestamp: Math.floor(stateUpdatedAt / 1_000),
    },
  };
  return {
    service: "ssm-incidents",
    region: alarmFactsOf(action).region,
    path: "/startIncident",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
}
