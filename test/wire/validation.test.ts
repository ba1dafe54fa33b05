// What breaks a constraint is refused with AWS's words, the same in every protocol.
import * as cloudtrail from "@aws-sdk/client-cloudtrail";
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as eventbridge from "@aws-sdk/client-eventbridge";
import * as schemas from "@aws-sdk/client-schemas";
import * as xray from "@aws-sdk/client-xray";
import { describe, expect, test } from "vitest";
import { factsOf } from "../../src/wire/service-facts.ts";
import { awsServices } from "./aws-services.ts";
import { startLoopback } from "./loopback.ts";

function loopbackOf(name: string, protocol = factsOf(name).protocols[0]) {
  const service = awsServices.find((candidate) => candidate.name === name);
  if (service === undefined || protocol === undefined) throw new Error(name);
  return startLoopback(name, service.sdk, service.client, service.limits, protocol);
}

async function refusal(name: string, operation: string, input: object): Promise<Error> {
  return loopbackOf(name)
    .call(operation, input as never, {})
    .then(
      () => new Error("accepted"),
      (error: Error) => error,
    );
}

const putLogEvents = (changes: object) =>
  refusal("cloudwatch-logs", "PutLogEvents", {
    logGroupName: "group",
    logStreamName: "stream",
    logEvents: [{ timestamp: 1, message: "m" }],
    ...changes,
  });

describe("the words for each kind of constraint", () => {
  test("required members", async () => {
    const error = await putLogEvents({ logGroupName: undefined, logEvents: [{ timestamp: 1 }] });
    expect(error).toBeInstanceOf(logs.InvalidParameterException);
    expect(error.message).toBe(
      "2 validation errors detected: " +
        "Value null at 'logGroupName' failed to satisfy constraint: Member must not be null; " +
        "Value null at 'logEvents.1.member.message' failed to satisfy constraint: Member must not be null",
    );
  });

  test("lengths come before patterns, of strings and of lists", async () => {
    const error = await putLogEvents({ logGroupName: "!".repeat(513), logStreamName: "a:b", logEvents: [] });
    expect(error.message).toBe(
      `3 validation errors detected: Value '${"!".repeat(513)}' at 'logGroupName' ` +
        "failed to satisfy constraint: " +
        "Member must have length less than or equal to 512; " +
        "Value 'a:b' at 'logStreamName' failed to satisfy constraint: " +
        "Member must satisfy regular expression pattern: [^:*]*; " +
        "Value '[]' at 'logEvents' failed to satisfy constraint: " +
        "Member must have length greater than or equal to 1",
    );
  });

  test("characters are counted, not UTF-16 units", async () => {
    const name = "PutMetricFilter";
    const input = {
      logGroupName: "g",
      filterName: "😀".repeat(512),
      filterPattern: "",
      metricTransformations: [{ metricName: "m", metricNamespace: "n", metricValue: "1" }],
    };
    expect((await refusal("cloudwatch-logs", name, input)).message).toBe("accepted");
    expect(
      (await refusal("cloudwatch-logs", name, { ...input, filterName: "😀".repeat(513) })).message,
    ).toMatch(
      /at 'filterName' failed to satisfy constraint: Member must have length less than or equal to 512$/,
    );
  });

  test("ranges and sets of values", async () => {
    const error = await refusal("cloudwatch-logs", "DescribeLogGroups", { limit: 51, logGroupClass: "COLD" });
    expect(error.message).toBe(
      "2 validation errors detected: " +
        "Value '51' at 'limit' failed to satisfy constraint: " +
        "Member must have value less than or equal to 50; " +
        "Value 'COLD' at 'logGroupClass' failed to satisfy constraint: " +
        "Member must satisfy enum value set: [STANDARD, INFREQUENT_ACCESS, DELIVERY, ESSENTIALS]",
    );
  });

  test("items of lists, keys and values of maps are judged together", async () => {
    const items = await refusal("cloudwatch", "DeleteAlarms", { AlarmNames: ["ok", ""] });
    expect(items.message).toBe(
      "1 validation error detected: Value '[ok, ]' at 'alarmNames' failed to satisfy constraint: " +
        "Member must satisfy constraint: [Member must have length less than or equal to 255, " +
        "Member must have length greater than or equal to 1]",
    );
    const tags = { logGroupName: "g", tags: { "a<b": "v", "": "x".repeat(257) } };
    const map = await refusal("cloudwatch-logs", "CreateLogGroup", tags);
    expect(map.message).toMatch(
      /^2 validation errors detected: Value '{a<b=v, =x+}' at 'tags' failed .*: Map keys must satisfy/,
    );
    expect(map.message).toMatch(
      /; Value .* Map value must satisfy constraint: \[Member must have length less than/,
    );
  });

  test("a message names at most a hundred violations, and shows at most the start of a value", async () => {
    const error = await putLogEvents({
      logEvents: Array.from({ length: 5000 }, () => ({ timestamp: 1, message: "" })),
    });
    expect(error.message).toMatch(
      /^100 validation errors detected: Value '' at 'logEvents.1.member.message'/,
    );
    expect(error.message.length).toBeLessThan(20_000);
    const tooMany = await putLogEvents({
      logEvents: Array.from({ length: 10_001 }, () => ({ timestamp: 1, message: "m".repeat(50) })),
    });
    expect(tooMany.message.length).toBeLessThan(2_000);
  });
});

test.each([
  ["cloudwatch", "DeleteAlarms", { AlarmNames: [""] }, cloudwatch.ValidationException],
  ["eventbridge", "PutEvents", { Entries: [] }, eventbridge.EventBridgeServiceException],
  ["xray", "PutTraceSegments", {}, xray.InvalidRequestException],
  ["schemas", "CreateDiscoverer", {}, schemas.BadRequestException],
  ["cloudtrail", "LookupEvents", { MaxResults: 51 }, cloudtrail.CloudTrailServiceException],
])("%s refuses %s with an error of its own", async (service, operation, input, errorClass) => {
  const error = await refusal(service, operation, input);
  expect(error).toBeInstanceOf(errorClass);
  expect(error.name).toBe(factsOf(service).validationError);
  expect(error.message).toMatch(/^1 validation error detected: Value /);
});

test("the same text in every protocol of CloudWatch", async () => {
  const told = async (input: Record<string, unknown>) => {
    const messages = await Promise.all(
      factsOf("cloudwatch").protocols.map(async (protocol) =>
        loopbackOf("cloudwatch", protocol)
          .call("PutMetricData", input, {})
          .catch((error: Error) => error.message),
      ),
    );
    expect(new Set(messages).size).toBe(1);
    return messages[0];
  };
  const long = "x".repeat(256);
  expect(await told({ Namespace: ":bad", MetricData: [{ MetricName: long, Unit: "Furlongs" }] })).toMatch(
    /^3 validation errors detected: Value ':bad' at 'namespace' .* at 'metricData.1.member.metricName' /,
  );
  // What is missing comes first, and has its own words.
  expect(await told({ Namespace: ":bad", MetricData: [{ MetricName: "" }, { Value: 1 }] })).toBe(
    "The parameter MetricData.member.1.MetricName is required.\n" +
      "The parameter MetricData.member.2.MetricName is required.",
  );
});

test("sensitive values are not shown", async () => {
  const error = await refusal("eventbridge", "CreateConnection", {
    Name: "c",
    AuthorizationType: "API_KEY",
    AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: "k", ApiKeyValue: "secret\u0000" } },
  });
  expect(error.message).not.toContain("secret");
  expect(error.message).toMatch(
    /Value at 'authParameters.apiKeyAuthParameters.apiKeyValue' failed to satisfy/,
  );
});
