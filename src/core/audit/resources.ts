// The resources that a management call names, by the members of its input.
import type { CallValues } from "./operations.ts";

export interface AuditedResource {
  readonly type: string;
  /** As the call gave it: a name or an ARN. */
  readonly name: string;
}

interface ResourceRule {
  /** The signing name. */
  readonly service: string;
  readonly members: readonly string[];
  /** For members such as `Name` that mean different things: the operations in which they mean this. */
  readonly operations?: RegExp;
  readonly type: string;
}

const rules: readonly ResourceRule[] = [
  {
    service: "monitoring",
    members: ["AlarmName", "AlarmNames"],
    operations: /Alarm/,
    type: "AWS::CloudWatch::Alarm",
  },
  {
    service: "monitoring",
    members: ["DashboardName", "DashboardNames"],
    type: "AWS::CloudWatch::Dashboard",
  },
  { service: "monitoring", members: ["RuleName", "RuleNames"], type: "AWS::CloudWatch::InsightRule" },
  {
    service: "monitoring",
    members: ["Name", "Names"],
    operations: /MetricStream/,
    type: "AWS::CloudWatch::MetricStream",
  },
  {
    service: "logs",
    members: ["logGroupName", "logGroupNames", "logGroupIdentifier", "logGroupIdentifiers"],
    type: "AWS::Logs::LogGroup",
  },
  { service: "logs", members: ["logStreamName"], type: "AWS::Logs::LogStream" },
  { service: "logs", members: ["destinationName"], type: "AWS::Logs::Destination" },
  { service: "events", members: ["Name"], operations: /EventBus/, type: "AWS::Events::EventBus" },
  { service: "events", members: ["EventBusName"], type: "AWS::Events::EventBus" },
  { service: "events", members: ["Name"], operations: /Rule$/, type: "AWS::Events::Rule" },
  { service: "events", members: ["Rule"], type: "AWS::Events::Rule" },
  { service: "events", members: ["ArchiveName"], type: "AWS::Events::Archive" },
  { service: "events", members: ["ReplayName"], type: "AWS::Events::Replay" },
  { service: "events", members: ["Name"], operations: /Connection$/, type: "AWS::Events::Connection" },
  {
    service: "events",
    members: ["Name"],
    operations: /ApiDestination$/,
    type: "AWS::Events::ApiDestination",
  },
  { service: "events", members: ["Name"], operations: /Endpoint$/, type: "AWS::Events::Endpoint" },
  { service: "schemas", members: ["RegistryName"], type: "AWS::EventSchemas::Registry" },
  { service: "schemas", members: ["SchemaName"], type: "AWS::EventSchemas::Schema" },
  { service: "schemas", members: ["DiscovererId"], type: "AWS::EventSchemas::Discoverer" },
  { service: "xray", members: ["GroupName", "GroupARN"], type: "AWS::XRay::Group" },
  { service: "xray", members: ["RuleName", "RuleARN"], type: "AWS::XRay::SamplingRule" },
  {
    service: "cloudtrail",
    members: ["Name", "TrailName", "trailNameList"],
    operations: /Trail|Logging|Selectors/,
    type: "AWS::CloudTrail::Trail",
  },
  { service: "cloudtrail", members: ["EventDataStore"], type: "AWS::CloudTrail::EventDataStore" },
  { service: "cloudtrail", members: ["Channel"], type: "AWS::CloudTrail::Channel" },
];

/** Members that hold the ARN of any resource of their service. */
const arnMembers = ["ResourceARN", "ResourceArn", "resourceArn", "ResourceId"];

/** `arn:aws:service:region:account:kind/name`, with the types of the kinds that these services have. */
const arnForm = /^arn:[\w-]+:([\w-]+):[\w-]*:\d*:([\w-]+)/;
const typesOfArns: Readonly<Record<string, string>> = {
  "cloudwatch:alarm": "AWS::CloudWatch::Alarm",
  "cloudwatch:dashboard": "AWS::CloudWatch::Dashboard",
  "cloudwatch:insight-rule": "AWS::CloudWatch::InsightRule",
  "cloudwatch:metric-stream": "AWS::CloudWatch::MetricStream",
  "logs:log-group": "AWS::Logs::LogGroup",
  "logs:destination": "AWS::Logs::Destination",
  "events:event-bus": "AWS::Events::EventBus",
  "events:rule": "AWS::Events::Rule",
  "schemas:registry": "AWS::EventSchemas::Registry",
  "schemas:schema": "AWS::EventSchemas::Schema",
  "schemas:discoverer": "AWS::EventSchemas::Discoverer",
  "xray:group": "AWS::XRay::Group",
  "xray:sampling-rule": "AWS::XRay::SamplingRule",
  "cloudtrail:trail": "AWS::CloudTrail::Trail",
  "cloudtrail:eventdatastore": "AWS::CloudTrail::EventDataStore",
  "cloudtrail:channel": "AWS::CloudTrail::Channel",
};

/** Every resource once, in the order of the rules; `service` is the signing name. */
export function resourcesOf(
  service: string,
  operation: string,
  input: CallValues,
): readonly AuditedResource[] {
  const found: AuditedResource[] = [];
  for (const { service: owner, members, operations, type } of rules) {
    if (owner !== service || operations?.test(operation) === false) continue;
    for (const member of members) for (const name of namesIn(input[member])) found.push({ type, name });
  }
  for (const member of arnMembers) {
    for (const name of namesIn(input[member])) {
      const [, owner = "", kind = ""] = arnForm.exec(name) ?? [];
      const type = typesOfArns[`${owner}:${kind}`];
      if (type !== undefined) found.push({ type, name });
    }
  }
  return found.filter(
    ({ type, name }, index) =>
      found.findIndex((other) => other.type === type && other.name === name) === index,
  );
}

function namesIn(value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((item) => typeof item === "string" && item !== "") as string[];
}
