// Audit records: the fields of CloudTrail, without secrets and bounded, and the attributes they are found by.
import * as cloudtrail from "@aws-sdk/client-cloudtrail";
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as eventbridge from "@aws-sdk/client-eventbridge";
import * as schemas from "@aws-sdk/client-schemas";
import * as xray from "@aws-sdk/client-xray";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { auditLimits } from "./limits.ts";
import { dataOperation, isReadOnly } from "./operations.ts";
import { hidden, type ParameterMember, type ParameterShape } from "./parameters.ts";
import { auditEntryOf, type AuditedCall, type AuditedPrincipal } from "./record.ts";

const member = (name: string, shape: ParameterShape = { kind: "string" }, sensitive = false) =>
  ({ name, shape, sensitive }) satisfies ParameterMember;

const structure = (...members: readonly ParameterMember[]): ParameterShape => ({
  kind: "structure",
  members,
});

const root: AuditedPrincipal = {
  account: "123456789012",
  accessKeyId: "AKIA1",
  arn: "arn:aws:iam::123456789012:root",
  userName: undefined,
};

const createLogGroup = {
  requestId: "r-1",
  receivedAt: Date.UTC(2026, 10, 21, 6, 0, 0, 123),
  request: { sourceAddress: "::ffff:127.0.0.1", headers: { "user-agent": "aws-cli/2.9" } },
  service: { model: { name: "cloudwatch-logs", signingName: "logs", version: "2014-03-28" } },
  operation: {
    name: "CreateLogGroup",
    input: structure(member("logGroupName"), member("kmsKeyId")),
    output: structure(),
  },
  identity: { principal: root, region: "eu-west-1" },
  input: { logGroupName: "/app", kmsKeyId: undefined },
  output: {},
} satisfies AuditedCall;

function entryOf(change: Partial<AuditedCall> = {}) {
  const entry = auditEntryOf({ ...createLogGroup, ...change }, "e-1");
  if (entry === undefined) throw new Error("no entry");
  return { ...entry, record: JSON.parse(entry.record) };
}

/** A call of an operation whose input has the members of `input`, all of them strings or lists. */
function callOf(signingName: string, name: string, input: Record<string, unknown>): Partial<AuditedCall> {
  const members = Object.keys(input).map((key) => member(key));
  return {
    service: { model: { name: signingName, signingName, version: "1" } },
    operation: { name, input: structure(...members), output: structure(member("Arn")) },
    input,
  };
}

test("the whole record of a call that changed something", () => {
  expect(entryOf()).toEqual({
    account: "123456789012",
    region: "eu-west-1",
    category: "Management",
    calledAt: createLogGroup.receivedAt,
    eventId: "e-1",
    eventName: "CreateLogGroup",
    eventSource: "logs.amazonaws.com",
    readOnly: false,
    userName: "root",
    accessKeyId: "AKIA1",
    resources: [{ type: "AWS::Logs::LogGroup", name: "/app" }],
    record: {
      eventVersion: "1.11",
      userIdentity: {
        type: "Root",
        principalId: "123456789012",
        arn: root.arn,
        accountId: "123456789012",
        accessKeyId: "AKIA1",
      },
      eventTime: "2026-11-21T06:00:00Z",
      eventSource: "logs.amazonaws.com",
      eventName: "CreateLogGroup",
      awsRegion: "eu-west-1",
      sourceIPAddress: "127.0.0.1",
      userAgent: "aws-cli/2.9",
      requestParameters: { logGroupName: "/app" },
      responseElements: null,
      requestID: "r-1",
      eventID: "e-1",
      readOnly: false,
      resources: [{ accountId: "123456789012", type: "AWS::Logs::LogGroup", resourceName: "/app" }],
      eventType: "AwsApiCall",
      apiVersion: "2014-03-28",
      managementEvent: true,
      recipientAccountId: "123456789012",
      eventCategory: "Management",
    },
  });
});

describe("who called", () => {
  const cases: readonly (readonly [string, string | undefined, string, object])[] = [
    [
      "iam::1:user/team/alice",
      "alice",
      "alice",
      { type: "IAMUser", principalId: "alice", userName: "alice" },
    ],
    ["iam::1:user/bob", undefined, "bob", { type: "IAMUser", userName: "bob" }],
    ["iam::1:anonymous", undefined, "", { type: "AWSAccount", accountId: "ANONYMOUS_PRINCIPAL" }],
    ["sts::1:federated-user/fred", undefined, "fred", { type: "FederatedUser" }],
    [
      "sts::1:assumed-role/Admin/session-1",
      undefined,
      "session-1",
      {
        type: "AssumedRole",
        principalId: "Admin:session-1",
        sessionContext: { sessionIssuer: { type: "Role", userName: "Admin" } },
      },
    ],
  ];

  test.each(cases)("%s", (arn, userName, name, identity) => {
    const principal = { ...root, arn: `arn:aws:${arn}`, userName };
    const entry = entryOf({ identity: { principal, region: "eu-west-1" } });
    expect(entry.userName).toBe(name);
    expect(entry.record.userIdentity).toMatchObject(identity);
  });

  test("a call that nobody or nothing is known of has no record", () => {
    const { identity: _identity, ...anonymous } = createLogGroup;
    const { operation: _operation, ...unknown } = createLogGroup;
    expect(auditEntryOf(anonymous, "e")).toBeUndefined();
    expect(auditEntryOf(unknown, "e")).toBeUndefined();
  });
});

describe("parameters", () => {
  test("secrets are hidden wherever they are", () => {
    const parameter = structure(member("Key"), member("Value"), member("IsValueSecret"));
    const input = structure(
      member("Name"),
      member("Password"),
      member("Token", { kind: "string" }, true),
      member("Headers", { kind: "list", item: member("member", parameter) }),
      member("Tags", { kind: "map", value: member("value", { kind: "string" }, true) }),
    );
    const { record } = entryOf({
      operation: { name: "CreateConnection", input, output: structure() },
      input: {
        Name: "c",
        Password: "p",
        Token: "t",
        Headers: [
          { Key: "a", Value: "visible", IsValueSecret: false },
          { Key: "b", Value: "v", IsValueSecret: true },
        ],
        Tags: { a: "b" },
      },
    });
    expect(record.requestParameters).toEqual({
      name: "c",
      password: hidden,
      token: hidden,
      headers: [
        { key: "a", value: "visible", isValueSecret: false },
        { key: "b", value: hidden, isValueSecret: true },
      ],
      tags: { a: hidden },
    });
  });

  test("instants, bytes, large values and nothing", () => {
    const at = new Date(createLogGroup.receivedAt);
    const call = callOf("logs", "PutThing", { At: at, Body: new Uint8Array(3) });
    expect(entryOf(call).record.requestParameters).toEqual({ at: at.toISOString(), body: "3 bytes" });
    const large = callOf("logs", "PutThing", { Body: "x".repeat(auditLimits.parametersCharacters) });
    expect(entryOf(large).record.requestParameters).toEqual({ omitted: true });
    expect(entryOf(callOf("logs", "PutThing", {})).record.requestParameters).toBeNull();
  });

  test("responses of writes are recorded, of reads and failures not", () => {
    const output = { Arn: "arn:1" };
    const write = callOf("events", "CreateEventBus", { Name: "b" });
    expect(entryOf({ ...write, output }).record.responseElements).toEqual({ arn: "arn:1" });
    const read = callOf("events", "DescribeEventBus", { Name: "b" });
    expect(entryOf({ ...read, output }).record).toMatchObject({ readOnly: true, responseElements: null });
    const failure = { name: "ResourceNotFoundException", message: "m".repeat(2_000) };
    expect(entryOf({ ...write, output, failure }).record).toMatchObject({
      errorCode: "ResourceNotFoundException",
      errorMessage: "m".repeat(auditLimits.textCharacters),
      responseElements: null,
    });
  });

  test("data-plane calls say what was touched and not what was sent", () => {
    const calls: readonly (readonly [Partial<AuditedCall>, object])[] = [
      [
        callOf("logs", "PutLogEvents", { logGroupName: "g", logStreamName: "s", logEvents: ["secret"] }),
        { logGroupName: "g", logStreamName: "s" },
      ],
      [callOf("monitoring", "PutMetricData", { Namespace: "N", MetricData: ["secret"] }), { namespace: "N" }],
      [
        callOf("events", "PutEvents", { Entries: [{ Source: "s", DetailType: "d", Detail: "secret" }] }),
        { entries: [{ source: "s", detailType: "d" }] },
      ],
      [
        callOf("xray", "PutTraceSegments", { TraceSegmentDocuments: ['{"trace_id": "1-a-b"}', "x"] }),
        { traceSegmentDocuments: ["trace_id:1-a-b", "trace_id:"] },
      ],
    ];
    for (const [call, parameters] of calls) {
      const entry = entryOf(call);
      expect(entry.category).toBe("Data");
      expect(entry.record).toMatchObject({ managementEvent: false, eventCategory: "Data" });
      expect(entry.record.requestParameters).toEqual(parameters);
      expect(entry.record.resources).toHaveLength(1);
    }
  });

  test("any input gives a record that is JSON", () => {
    const shape = structure(member("a"), member("b", { kind: "list", item: member("member") }), member("c"));
    const law = fc.property(fc.dictionary(fc.constantFrom("a", "b", "c", "d"), fc.jsonValue()), (input) => {
      const { record } = entryOf({ operation: { name: "PutX", input: shape, output: shape }, input });
      expect(record.eventName).toBe("PutX");
    });
    fc.assert(law);
  });
});

test("whatever the texts of a call hold, they stand in its record as they are", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom('"', "\\", '","x":"', "\u2028", "\ud800"),
  );
  const law = fc.property(text, text, text, text, text, (agent, region, address, requestId, message) => {
    const request = { sourceAddress: address, headers: { "user-agent": agent } };
    const { account, arn } = { ...root, account: region };
    const identity = { principal: { ...root, account, arn }, region };
    const failure = { name: agent, message };
    const { record } = entryOf({ request, requestId, identity, failure });
    expect(record).toMatchObject({
      userAgent: agent,
      awsRegion: region,
      sourceIPAddress: address,
      requestID: requestId,
      errorCode: agent,
      errorMessage: message,
      recipientAccountId: account,
    });
    expect(Object.keys(record)).toHaveLength(21);
  });
  fc.assert(law);
});

test("what calls have in common is not what they differ in", () => {
  const { operation, receivedAt } = createLogGroup;
  const service = { model: { name: "other", signingName: "other", version: "2" } };
  const records = [
    entryOf({ operation, receivedAt }),
    entryOf({ operation, receivedAt: receivedAt + 876, service }),
    entryOf({ operation, receivedAt: receivedAt + 877 }),
    entryOf({ operation, receivedAt }),
  ].map(({ record }) => `${record.eventSource} ${record.apiVersion} ${record.eventTime}`);
  expect(records).toEqual([
    "logs.amazonaws.com 2014-03-28 2026-11-21T06:00:00Z",
    "other.amazonaws.com 2 2026-11-21T06:00:00Z",
    "logs.amazonaws.com 2014-03-28 2026-11-21T06:00:01Z",
    "logs.amazonaws.com 2014-03-28 2026-11-21T06:00:00Z",
  ]);
});

test("resources are found by name and by ARN, each once", () => {
  const arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/app";
  const cases: readonly (readonly [string, string, Record<string, unknown>, readonly object[]])[] = [
    ["logs", "TagResource", { resourceArn: arn }, [{ type: "AWS::Logs::LogGroup", name: arn }]],
    [
      "monitoring",
      "DeleteAlarms",
      { AlarmNames: ["a", "b", "a"] },
      [
        { type: "AWS::CloudWatch::Alarm", name: "a" },
        { type: "AWS::CloudWatch::Alarm", name: "b" },
      ],
    ],
    ["events", "CreateEventBus", { Name: "b" }, [{ type: "AWS::Events::EventBus", name: "b" }]],
    [
      "events",
      "PutRule",
      { Name: "r", EventBusName: "b" },
      [
        { type: "AWS::Events::EventBus", name: "b" },
        { type: "AWS::Events::Rule", name: "r" },
      ],
    ],
    ["cloudtrail", "StartLogging", { Name: "t" }, [{ type: "AWS::CloudTrail::Trail", name: "t" }]],
    ["cloudtrail", "CreateDashboard", { Name: "d" }, []],
  ];
  for (const [service, operation, input, resources] of cases) {
    expect(entryOf(callOf(service, operation, input)).resources).toEqual(resources);
  }
});

describe("every operation of the six services", () => {
  const sdks = { monitoring: cloudwatch, logs, events: eventbridge, schemas, xray, cloudtrail };
  const operations = Object.entries(sdks).flatMap(([service, sdk]) =>
    Object.keys(sdk)
      .filter((name) => name.endsWith("Command") && name !== "$Command")
      .map((name) => [service, name.slice(0, -"Command".length)] as const),
  );

  const writingVerbs = (
    "Activate Add Associate Cancel Create Deactivate Deauthorize Delete Deregister Disable " +
    "Disassociate Enable Put Register Remove Restore Set Start Stop Tag Untag Update"
  ).split(" ");
  const writes = (name: string) => writingVerbs.some((verb) => name.startsWith(verb));

  test("either reads or writes, as its verb or the table of exceptions says", () => {
    expect(operations.length).toBeGreaterThanOrEqual(359);
    const undecided = operations.filter(([service, name]) => !isReadOnly(service, name) && !writes(name));
    expect(undecided).toEqual([]);
    const exceptions = operations.filter(([service, name]) => isReadOnly(service, name) && writes(name));
    expect(exceptions.map((pair) => pair.join(":")).sort()).toEqual([
      "cloudtrail:StartQuery",
      "logs:StartLiveTail",
      "logs:StartQuery",
      "logs:StopQuery",
      "xray:CancelTraceRetrieval",
      "xray:StartTraceRetrieval",
    ]);
  });

  test("the data plane is the list of AWS", () => {
    const data = operations.filter(([service, name]) => dataOperation(service, name) !== undefined);
    expect(data).toHaveLength(22);
    expect(data.filter(([service, name]) => !isReadOnly(service, name)).map(([, name]) => name)).toEqual([
      "PutMetricData",
      "PutLogEvents",
      "PutEvents",
      "PutPartnerEvents",
      "PutTelemetryRecords",
      "PutTraceSegments",
    ]);
  });
});
