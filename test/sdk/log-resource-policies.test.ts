// Resource policies of an account and of a log group.
import type { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { describe, expect, test } from "vitest";
import { withLogsServer } from "../support/logs-server.ts";
import { newLogGroup } from "../support/log-groups.ts";
import { refusal } from "../support/refusal.ts";
import type { TestServer } from "../support/server.ts";

let server: TestServer;
let logs: CloudWatchLogs;

withLogsServer((started) => ({ server, logs } = started));

describe("resource policies", () => {
  const policyDocument = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Principal: { Service: "route53.amazonaws.com" }, Action: "logs:PutLogEvents" },
    ],
  });

  test("of the account are put, described and deleted, ten of them", async () => {
    const policyName = "dns";
    await logs.putResourcePolicy({ policyName, policyDocument });
    const { resourcePolicies } = await logs.describeResourcePolicies({});
    expect(resourcePolicies).toEqual([
      { policyName, policyDocument, policyScope: "ACCOUNT", lastUpdatedTime: server.clock.now() },
    ]);
    for (let index = 1; index < 10; index++) {
      await logs.putResourcePolicy({ policyName: `p${index}`, policyDocument });
    }
    const more = logs.putResourcePolicy({ policyName: "p10", policyDocument });
    expect(await refusal(more)).toContain("LimitExceededException");
    await logs.putResourcePolicy({ policyName: "p9", policyDocument });
    await logs.deleteResourcePolicy({ policyName });
    expect(await refusal(logs.deleteResourcePolicy({ policyName }))).toContain("ResourceNotFoundException");
    const none = logs.putResourcePolicy({ policyName, policyDocument: "none" });
    expect(await refusal(none)).toContain("InvalidParameterException");
  });

  test("of a group are changed by who knows their revision", async () => {
    const { logGroupName } = await newLogGroup(server, logs);
    const { logGroups } = await logs.describeLogGroups({ logGroupNamePrefix: logGroupName });
    const resourceArn = logGroups?.find((group) => group.logGroupName === logGroupName)?.logGroupArn ?? "";
    const { revisionId } = await logs.putResourcePolicy({ resourceArn, policyDocument });
    const { resourcePolicies } = await logs.describeResourcePolicies({ resourceArn });
    expect(resourcePolicies).toMatchObject([{ policyScope: "RESOURCE", resourceArn, revisionId }]);
    const blind = logs.putResourcePolicy({ resourceArn, policyDocument });
    expect(await refusal(blind)).toContain("OperationAbortedException");
    await logs.deleteResourcePolicy({ resourceArn, expectedRevisionId: revisionId });
    const left = await logs.describeResourcePolicies({ policyScope: "RESOURCE" });
    expect(left.resourcePolicies).toEqual([]);
  });
});
