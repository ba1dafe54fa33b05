// Scheduled queries through the official client: run by the clock, delivered, and on record.
import type { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { expect, test } from "vitest";
import { GroundwatchClient } from "../../src/client/index.ts";
import { withLogsServer } from "../support/logs-server.ts";
import { newLogGroup } from "../support/log-groups.ts";
import { refusal } from "../support/refusal.ts";
import type { TestServer } from "../support/server.ts";

let server: TestServer;
let logs: CloudWatchLogs;

withLogsServer((started) => ({ server, logs } = started));

const minuteMs = 60_000;
const base = {
  queryLanguage: "CWLI",
  queryString: "stats count(*) as events by host",
  scheduleExpression: "cron(0/10 * * * ? *)",
  executionRoleArn: "arn:aws:iam::123456789012:role/queries",
} as const;

const history = async (identifier: string) => {
  const span = { startTime: 0, endTime: server.clock.now() };
  return (await logs.getScheduledQueryHistory({ identifier, ...span })).triggerHistory;
};

test("a query runs when it is due, over the time before, and its rows go where it says", async () => {
  const group = await newLogGroup(server, logs);
  await group.put([[0, '{"host":"a"}']]);
  const { scheduledQueryArn, state } = await logs.createScheduledQuery({
    ...base,
    name: "by-host",
    logGroupIdentifiers: [group.logGroupName],
    startTimeOffset: 600,
    destinationConfiguration: {
      s3Configuration: { destinationIdentifier: "s3://results/hosts", roleArn: base.executionRoleArn },
      lookupTableConfiguration: { tableName: "hosts", roleArn: base.executionRoleArn },
    },
  });
  expect(state).toBe("ENABLED");
  await server.advance(10 * minuteMs);
  const [first, ...others] = (await history("by-host")) ?? [];
  expect(others).toEqual([]);
  expect(first).toMatchObject({
    executionStatus: "Complete",
    triggeredTimestamp: server.clock.now(),
    destinations: [
      { destinationType: "S3", status: "COMPLETE" },
      { destinationType: "LOOKUP_TABLE", status: "COMPLETE", destinationIdentifier: "hosts" },
    ],
  });
  const [, key = ""] =
    /^s3:\/\/results\/(.+)$/.exec(first?.destinations?.[0]?.processedIdentifier ?? "") ?? [];
  const body = await server.dependencies.blobs.get("results", key);
  expect(JSON.parse(Buffer.from(body ?? []).toString())).toMatchObject({
    results: [
      [
        { field: "host", value: "a" },
        { field: "events", value: "1" },
      ],
    ],
  });
  const lookupTableArn = "arn:aws:logs:us-east-1:123456789012:lookup-table:hosts";
  expect((await logs.getLookupTable({ lookupTableArn })).tableBody).toBe("host,events\na,1\n");
  expect(await logs.getQueryResults({ queryId: first?.queryId })).toMatchObject({ status: "Complete" });

  // The next ten minutes have no events, and so the table has no rows.
  await server.advance(10 * minuteMs);
  expect(await history(scheduledQueryArn!)).toHaveLength(2);
  expect((await logs.getLookupTable({ lookupTableArn })).tableBody).toBe("host,events\n");
  const got = await logs.getScheduledQuery({ identifier: scheduledQueryArn });
  expect(got).toMatchObject({ lastExecutionStatus: "Complete", lastTriggeredTime: server.clock.now() });

  await logs.updateScheduledQuery({ ...base, identifier: "by-host", state: "DISABLED" });
  await server.advance(30 * minuteMs);
  expect(await history("by-host")).toHaveLength(2);
  await logs.deleteScheduledQuery({ identifier: "by-host" });
  expect(await refusal(logs.getScheduledQuery({ identifier: "by-host" }))).toContain(
    "ResourceNotFoundException",
  );
});

test("a run that fails says why", async () => {
  await logs.createScheduledQuery({ ...base, name: "nowhere", logGroupIdentifiers: ["absent"] });
  await server.advance(10 * minuteMs);
  const [run] = (await history("nowhere")) ?? [];
  expect(run).toMatchObject({ executionStatus: "Failed", destinations: [] });
  expect(run?.errorMessage).toContain("'absent' does not exist");
});

test("what is no schedule, no query and no new name is refused", async () => {
  const create = (change: object) =>
    refusal(logs.createScheduledQuery({ ...base, name: "wrong", ...change }));
  expect(await create({ scheduleExpression: "cron(often)" })).toContain("cron(often) is not valid");
  expect(await create({ queryString: "fields" })).toContain(
    "ValidationException: The query is not valid: unexpected symbol found <EOF> at line 1 and position 6",
  );
  expect(await create({ queryString: 'fields "a' })).toContain(" at line 1 and position 7");
  expect(await create({ startTimeOffset: 10, endTimeOffset: 20 })).toContain("startTimeOffset");
  await logs.createScheduledQuery({ ...base, name: "taken", state: "DISABLED" });
  expect(await create({ name: "taken" })).toContain("ConflictException");
  const { scheduledQueries } = await logs.listScheduledQueries({ state: "DISABLED" });
  expect(scheduledQueries).toMatchObject([{ name: "taken", scheduleType: "CUSTOMER_MANAGED" }]);
});

test("a scheduled query keeps its table under the table's key, and says when it cannot", async () => {
  const groundwatch = new GroundwatchClient(server.clientConfig());
  const kmsKeyId = (await groundwatch.createKey({ Description: "tables" })).KeyMetadata.Arn;
  const { put, logGroupName } = await newLogGroup(server, logs);
  await put([[0, '{"name":"Schedulemarker"}']]);
  const roleArn = base.executionRoleArn;
  const tableName = "scheduled";
  const definition = {
    ...base,
    queryString: "stats count(*) as events by name",
    logGroupIdentifiers: [logGroupName],
  };
  const create = (destinationConfiguration: object) =>
    logs.createScheduledQuery({ ...definition, name: tableName, destinationConfiguration });
  const absent = kmsKeyId.replace(/[^/]*$/, "absent");
  expect(
    await refusal(create({ lookupTableConfiguration: { tableName, roleArn, kmsKeyId: absent } })),
  ).toContain("ValidationException: The specified KMS key does not exist");
  const s3Configuration = { destinationIdentifier: "s3://results/x", roleArn, kmsKeyId };
  expect(await refusal(create({ s3Configuration }))).toContain("nothing would decrypt");
  const lookupTableConfiguration = { tableName, roleArn, kmsKeyId, description: "by name" };
  await create({ lookupTableConfiguration });
  expect(await logs.getScheduledQuery({ identifier: tableName })).toMatchObject({
    destinationConfiguration: { lookupTableConfiguration },
  });
  await server.advance(600_000);
  const lookupTableArn = `arn:aws:logs:us-east-1:123456789012:lookup-table:${tableName}`;
  expect(await logs.getLookupTable({ lookupTableArn })).toMatchObject({
    kmsKeyId,
    description: "by name",
    tableBody: "name,events\nSchedulemarker,1\n",
  });
  const { blobs } = server.dependencies;
  const tables = await blobs.list("log-lookup-tables", {
    prefix: `123456789012/us-east-1/${tableName}/`,
    limit: 9,
  });
  expect(tables).toHaveLength(1);
  const body = await blobs.get("log-lookup-tables", tables[0]!.key);
  expect(Buffer.from(body!).includes("Schedulemarker")).toBe(false);

  await groundwatch.disableKey({ KeyId: kmsKeyId });
  await server.advance(600_000);
  expect((await history(tableName))?.map(({ destinations }) => destinations?.[0]?.status)).toEqual([
    "CLIENT_ERROR",
    "COMPLETE",
  ]);
});
