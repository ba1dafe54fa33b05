// Tags of what is neither a log group nor part of a delivery: given when it is made, changed and listed.
import type { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { expect, test } from "vitest";
import { withLogsServer } from "../support/logs-server.ts";
import { newLogGroup } from "../support/log-groups.ts";
import { refusal } from "../support/refusal.ts";
import { testAccount, testRegion, type TestServer } from "../support/server.ts";

let server: TestServer;
let logs: CloudWatchLogs;

withLogsServer((started) => ({ server, logs } = started));

type Tags = Record<string, string>;

const roleArn = "arn:aws:iam::123456789012:role/queries";
const query = {
  queryLanguage: "CWLI",
  queryString: "stats count(*) as events by host",
  scheduleExpression: "cron(0/10 * * * ? *)",
  executionRoleArn: roleArn,
} as const;

/** Each makes one with tags, and answers its ARN. */
const makers: Readonly<Record<string, (tags: Tags) => Promise<string | undefined>>> = {
  "lookup table": async (tags) => {
    const table = { lookupTableName: `table${Object.keys(tags).length}`, tableBody: "a,b\n1,2\n" };
    return (await logs.createLookupTable({ ...table, tags })).lookupTableArn;
  },
  "scheduled query": async (tags) => {
    const name = `query-${Object.keys(tags).length}`;
    return (await logs.createScheduledQuery({ ...query, name, state: "DISABLED", tags })).scheduledQueryArn;
  },
  "anomaly detector": async (tags) => {
    const { logGroupName } = await newLogGroup(server, logs);
    const logGroupArnList = [`arn:aws:logs:${testRegion}:${testAccount}:log-group:${logGroupName}`];
    return (await logs.createLogAnomalyDetector({ logGroupArnList, tags })).anomalyDetectorArn;
  },
};

const tagsOf = async (resourceArn: string) => (await logs.listTagsForResource({ resourceArn })).tags;

test.each(Object.keys(makers))("tags of a %s", async (kind) => {
  const make = makers[kind]!;
  const resourceArn = (await make({ team: "shop", stage: "test" }))!;
  expect(await tagsOf(resourceArn)).toEqual({ team: "shop", stage: "test" });
  await logs.tagResource({ resourceArn, tags: { stage: "live", owner: "ann" } });
  await logs.untagResource({ resourceArn, tagKeys: ["team"] });
  expect(await tagsOf(resourceArn)).toEqual({ stage: "live", owner: "ann" });
  const many = Object.fromEntries(Array.from({ length: 49 }, (_, index) => [`tag-${index}`, "x"]));
  expect(await refusal(logs.tagResource({ resourceArn, tags: many }))).toContain("TooManyTagsException");
  expect(await refusal(make({ "aws:mine": "no" }))).toContain("reserved");
  expect(await refusal(tagsOf(`${resourceArn}x`))).toContain("ResourceNotFoundException");
});

test("tags stay when a table or a query is changed, and go with it", async () => {
  const { lookupTableArn } = await logs.createLookupTable({
    lookupTableName: "kept",
    tableBody: "a\n1\n",
    tags: { a: "1" },
  });
  await logs.updateLookupTable({ lookupTableArn, tableBody: "a\n2\n" });
  expect(await tagsOf(lookupTableArn!)).toEqual({ a: "1" });
  await logs.deleteLookupTable({ lookupTableArn });
  expect(await refusal(tagsOf(lookupTableArn!))).toContain("ResourceNotFoundException");

  const { scheduledQueryArn } = await logs.createScheduledQuery({ ...query, name: "kept", tags: { b: "2" } });
  await logs.updateScheduledQuery({ ...query, identifier: "kept", state: "DISABLED" });
  expect(await tagsOf(scheduledQueryArn!)).toEqual({ b: "2" });
});

test("a scheduled query gives the table its tags when it makes it, and not again", async () => {
  const { logGroupName, put } = await newLogGroup(server, logs);
  await put([[0, '{"host":"a"}']]);
  const lookupTableConfiguration = { tableName: "made", roleArn, tags: { made: "first" } };
  await logs.createScheduledQuery({
    ...query,
    name: "maker",
    logGroupIdentifiers: [logGroupName],
    destinationConfiguration: { lookupTableConfiguration },
  });
  await server.advance(600_000);
  const resourceArn = `arn:aws:logs:${testRegion}:${testAccount}:lookup-table:made`;
  expect(await tagsOf(resourceArn)).toEqual({ made: "first" });
  await logs.tagResource({ resourceArn, tags: { made: "later" } });
  await server.advance(600_000);
  expect(await tagsOf(resourceArn)).toEqual({ made: "later" });
});
