// What ARNs ask for, and the requests that come of it.
import { expect, test } from "vitest";
import { actionTargetOf } from "./action-arn.ts";
import { actionRequest, notMonitoringInstance } from "./action-request.ts";

const place = "eu-west-1:123456789012";
const region = "eu-west-1";

test.each([
  [`arn:aws:sns:${place}:ops`, { service: "sns", region }],
  [`arn:aws-cn:lambda:${place}:function:f`, { service: "lambda", region }],
  [`arn:aws:lambda:${place}:function:f:$LATEST`, { service: "lambda", region }],
  [`arn:aws:automate:${region}:ec2:recover`, { service: "ec2", region, operation: "recover" }],
  [
    `arn:aws:swf:${place}:action/actions/AWS_EC2.InstanceId.Terminate/1.0`,
    { service: "ec2", region, operation: "terminate" },
  ],
  [
    `arn:aws:autoscaling:${place}:scalingPolicy:1a-2b:autoScalingGroupName/my group:policyName/a/b`,
    { service: "autoscaling", region, group: "my group" },
  ],
  [
    `arn:aws:autoscaling:${place}:scalingPolicy:1a-2b:resource/ecs/service/c/s:policyName/p:createdBy/x`,
    { service: "autoscaling", region, group: undefined },
  ],
  [`arn:aws:ssm:${place}:opsitem:1`, { service: "ssm", region, severity: "1", category: undefined }],
  [
    `arn:aws:ssm:${place}:opsitem:4#CATEGORY=Cost`,
    { service: "ssm", region, severity: "4", category: "Cost" },
  ],
  ["arn:aws:ssm-incidents::123456789012:response-plan/all", { service: "ssm-incidents" }],
  [`arn:aws:aiops:${place}:investigation-group:abc`, { service: "aiops", region }],
])("%s", (arn, target) => {
  expect(actionTargetOf(arn)).toMatchObject(target);
});

test.each([
  `arn:aws:sns:${place}:ops\n`,
  `arn:aws:sns:${region}:12:ops`,
  `arn:aws:automate:${place}:ec2:stop`,
  `arn:aws:automate:${region}:rds:stop`,
  `arn:aws:swf:${place}:action/actions/AWS_EC2.InstanceId.stop/1.0 `,
  `arn:aws:ssm:${place}:opsitem:5`,
  `arn:azure:lambda:${place}:function:f`,
  "",
])("%j is no action", (arn) => {
  expect(actionTargetOf(arn)).toBeUndefined();
});

const metric = (dimensions: Readonly<Record<string, string>>) => [{ metricStat: { metric: { dimensions } } }];

const action = (actionArn: string, alarmData: object = {}) => ({
  actionArn,
  alarmName: "busy",
  alarmArn: `arn:aws:cloudwatch:${place}:alarm:busy`,
  state: "ALARM",
  stateUpdatedAt: 1_793_620_860_500,
  body: JSON.stringify({ region, alarmData }),
});
const asked = (...given: Parameters<typeof action>) => actionRequest({ action: action(...given), id: "id" });

test("recover asks for what AWS names by a permission", () => {
  const configuration = { metrics: metric({ InstanceId: "i-1", host: "ignored" }) };
  expect(asked(`arn:aws:automate:${region}:ec2:recover`, { configuration })).toMatchObject({
    service: "ec2",
    region,
    body: "Action=RecoverInstances&Version=2016-11-15&InstanceId.1=i-1",
  });
});

test("an instance is that of the time series, where an alarm has many", () => {
  const reboot = action(`arn:aws:automate:${region}:ec2:reboot`, {});
  const contributor = { id: "1", attributes: { InstanceId: "i-2" } };
  expect(actionRequest({ action: { ...reboot, contributor }, id: "id" })).toMatchObject({
    body: "Action=RebootInstances&Version=2016-11-15&InstanceId.1=i-2",
  });
  expect(actionRequest({ action: reboot, id: "id" })).toBe(notMonitoringInstance);
});

test("names cannot add fields to a form", () => {
  const configuration = { metrics: metric({ InstanceId: "i-1&Action=TerminateInstances" }) };
  expect(asked(`arn:aws:automate:${region}:ec2:stop`, { configuration })).toMatchObject({
    body: "Action=StopInstances&Version=2016-11-15&InstanceId.1=i-1%26Action%3DTerminateInstances",
  });
});

test.each([["no JSON"], ["5"], ["null"], ['{"recentDatapoints":[]}']])(
  "the reason's data may be %s",
  (reasonData) => {
    const arn = `arn:aws:autoscaling:${place}:scalingPolicy:1:autoScalingGroupName/g:policyName/p`;
    const request = asked(arn, { state: { reason: "", reasonData } });
    expect(request).toMatchObject({ body: expect.not.stringContaining("MetricValue") });
  },
);

test("what no service takes is said", () => {
  expect(asked(`arn:aws:aiops:${place}:investigation-group:abc`)).toContain("webhook or a command");
  expect(asked(`arn:aws:autoscaling:${place}:scalingPolicy:1:resource/a:policyName/p`)).toContain(
    "webhook or a command",
  );
});
