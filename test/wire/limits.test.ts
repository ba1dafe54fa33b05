// The constraints of every service: all belong to a member, and the operations without any are known.
import { describe, expect, test } from "vitest";
import { wholePattern } from "../../src/wire/patterns.ts";
import { loadModel } from "../../src/wire/model.ts";
import { factsOf } from "../../src/wire/service-facts.ts";
import type { Constraint, Shape, StructureShape } from "../../src/wire/shapes.ts";
import { awsServices } from "./aws-services.ts";

/**
 * Operations whose input has members, none of which the source of the constraints says anything about: most
 * because AWS publishes nothing, some because they are newer than the source. Those are checked for types and
 * required members only.
 */
const unconstrained: Readonly<Record<string, readonly string[]>> = {
  cloudwatch: [
    "AssociateDatasetKmsKey",
    "CreateResourceMetricsConfiguration",
    "DeleteDashboards",
    "DeleteResourceMetricsConfiguration",
    "DisassociateDatasetKmsKey",
    "GetDashboard",
    "GetDataset",
    "GetMetricWidgetImage",
    "GetResourceMetricsConfiguration",
    "ListDashboards",
    "PutDashboard",
    "PutManagedInsightRules",
    "StartOTelEnrichment",
    "UpdateOTelEnrichment",
    "UpdateResourceMetricsConfiguration",
  ],
  "cloudwatch-logs": [
    "AssociateSourceToS3TableIntegration",
    "DeleteLookupTable",
    "DeleteSyslogConfiguration",
    "GetLogFields",
    "GetLogRecord",
    "GetLookupTable",
    "ListSyslogConfigurations",
    "PutStorageTierPolicy",
    "PutSyslogConfiguration",
  ],
  eventbridge: [],
  schemas: [
    "DeleteDiscoverer",
    "DeleteRegistry",
    "DeleteResourcePolicy",
    "DeleteSchema",
    "DeleteSchemaVersion",
    "DescribeCodeBinding",
    "DescribeDiscoverer",
    "DescribeRegistry",
    "DescribeSchema",
    "ExportSchema",
    "GetCodeBindingSource",
    "GetResourcePolicy",
    "ListTagsForResource",
    "PutCodeBinding",
    "PutResourcePolicy",
    "StartDiscoverer",
    "StopDiscoverer",
    "TagResource",
    "UntagResource",
  ],
  xray: [
    "DeleteSamplingRule",
    "GetIndexingRules",
    "GetSamplingRules",
    "GetSamplingStatisticSummaries",
    "PutTraceSegments",
    "UpdateIndexingRule",
    "UpdateSamplingRule",
  ],
  cloudtrail: [
    "DeleteTrail",
    "DescribeTrails",
    "GetEventConfiguration",
    "GetEventSelectors",
    "GetTrail",
    "GetTrailStatus",
    "ListPublicKeys",
    "ListTags",
    "ListTrails",
    "PutEventSelectors",
    "StartLogging",
    "StopLogging",
    "UpdateTrail",
  ],
  sns: [
    "AddPermission",
    "CheckIfPhoneNumberIsOptedOut",
    "ConfirmSubscription",
    "CreatePlatformApplication",
    "CreatePlatformEndpoint",
    "CreateSMSSandboxPhoneNumber",
    "CreateTopic",
    "DeleteEndpoint",
    "DeletePlatformApplication",
    "DeleteSMSSandboxPhoneNumber",
    "DeleteTopic",
    "GetDataProtectionPolicy",
    "GetEndpointAttributes",
    "GetPlatformApplicationAttributes",
    "GetSMSAttributes",
    "GetSubscriptionAttributes",
    "GetTopicAttributes",
    "ListEndpointsByPlatformApplication",
    "ListPhoneNumbersOptedOut",
    "ListPlatformApplications",
    "ListSubscriptions",
    "ListSubscriptionsByTopic",
    "ListTopics",
    "OptInPhoneNumber",
    "Publish",
    "PublishBatch",
    "PutDataProtectionPolicy",
    "RemovePermission",
    "SetEndpointAttributes",
    "SetPlatformApplicationAttributes",
    "SetSMSAttributes",
    "SetSubscriptionAttributes",
    "SetTopicAttributes",
    "Subscribe",
    "Unsubscribe",
    "VerifySMSSandboxPhoneNumber",
  ],
  sqs: [
    "AddPermission",
    "CancelMessageMoveTask",
    "ChangeMessageVisibilityBatch",
    "CreateQueue",
    "DeleteMessage",
    "DeleteMessageBatch",
    "DeleteQueue",
    "GetQueueAttributes",
    "GetQueueUrl",
    "ListQueueTags",
    "PurgeQueue",
    "RemovePermission",
    "SendMessageBatch",
    "SetQueueAttributes",
    "TagQueue",
    "UntagQueue",
  ],
};

function structuresOf(shape: Shape, found = new Map<string, StructureShape>()): Map<string, StructureShape> {
  if (shape.kind === "list") return structuresOf(shape.item.shape, found);
  if (shape.kind === "map") return structuresOf(shape.value.shape, found);
  if ((shape.kind !== "structure" && shape.kind !== "union") || found.has(shape.name)) return found;
  found.set(shape.name, shape);
  for (const member of shape.members) structuresOf(member.shape, found);
  return found;
}

function patternsOf(constraint: Constraint | undefined): readonly string[] {
  if (constraint === undefined) return [];
  const own = constraint.pattern === undefined ? [] : [constraint.pattern];
  return [...own, ...patternsOf(constraint.items), ...patternsOf(constraint.keys)];
}

describe.each(awsServices)("$name", ({ name, sdk, limits }) => {
  const model = loadModel(sdk, factsOf(name), limits);
  const structures = new Map<string, StructureShape>();
  for (const { input, output } of model.operations.values()) {
    structuresOf(input, structures);
    structuresOf(output, structures);
  }

  test("every constraint belongs to a member of the model", () => {
    const unknown = [...limits.keys()].filter((key) => {
      const [structure = "", member] = key.split(".");
      return !structures.get(structure)?.members.some((candidate) => candidate.name === member);
    });
    expect(unknown).toEqual([]);
  });

  test("every pattern compiles", () => {
    const compile = () => [...limits.values()].flatMap(patternsOf).map(wholePattern);
    expect(compile).not.toThrow();
  });

  test("the operations without any constraint are known", () => {
    const without = [...model.operations.values()]
      .filter(({ input }) => input.members.length > 0)
      .filter(({ input }) => input.members.every((member) => member.constraint === undefined))
      .map((operation) => operation.name);
    expect(without.sort()).toEqual(unconstrained[name]);
  });
});
