// Logs Insights through the official client: queries from their start to their results, and what is saved.
import { type CloudWatchLogs, type ResultField } from "@aws-sdk/client-cloudwatch-logs";
import { describe, expect, test } from "vitest";
import { withLogsServer } from "../support/logs-server.ts";
import { newLogGroup } from "../support/log-groups.ts";
import { newInsightsQueries } from "../support/insights-queries.ts";
import { refusal } from "../support/refusal.ts";
import type { TestServer } from "../support/server.ts";

let server: TestServer;
let logs: CloudWatchLogs;

withLogsServer((started) => ({ server, logs } = started));

const newGroup = (streamNames?: readonly string[]) => newLogGroup(server, logs, streamNames);
const { start, ended, rowsOf } = newInsightsQueries(() => ({ server, logs }));

describe("StartQuery", () => {
  test("answers rows with a pointer to each event, and what it cost", async () => {
    const group = await newGroup();
    await group.put([
      [0, '{"level":"ERROR","took":30}'],
      [1, '{"level":"INFO","took":10}'],
      [2, "no JSON"],
    ]);
    const queryId = await start(group, 'filter level = "ERROR" | fields level, took * 2 as twice');
    const { status, results, statistics, queryLanguage } = await ended(queryId);
    expect(status).toBe("Complete");
    expect(queryLanguage).toBe("CWLI");
    expect(results).toEqual([
      [
        { field: "level", value: "ERROR" },
        { field: "twice", value: "60" },
        { field: "@ptr", value: expect.any(String) as string },
      ],
    ]);
    expect(statistics).toMatchObject({
      recordsMatched: 1,
      recordsScanned: 3,
      bytesScanned: 27 + 26 + 7,
      logGroupsScanned: 1,
    });
    const { logRecord } = await logs.getLogRecord({ logRecordPointer: pointerOf(results?.[0]) });
    expect(logRecord).toMatchObject({ level: "ERROR", took: "30", "@logStream": "stream" });
  });

  test("reads several groups, by name and by ARN", async () => {
    const [one, other] = [await newGroup(), await newGroup()];
    await one.put([[0, "a"]]);
    await other.put([[1, "b"]]);
    const queryString = "stats count(*) as events by @log | sort @log";
    const byName = await ended(
      await start(undefined, queryString, { logGroupNames: [one.logGroupName, other.logGroupName] }),
    );
    expect(rowsOf(byName)).toEqual([
      { "@log": `123456789012:${one.logGroupName}`, events: "1" },
      { "@log": `123456789012:${other.logGroupName}`, events: "1" },
    ]);
    const arn = (name: string) => `arn:aws:logs:us-east-1:123456789012:log-group:${name}`;
    const logGroupIdentifiers = [arn(one.logGroupName), arn(other.logGroupName)];
    const queryId = await start(undefined, queryString, { logGroupIdentifiers });
    expect(rowsOf(await ended(queryId))).toEqual(rowsOf(byName));
    expect(await logs.listLogGroupsForQuery({ queryId })).toMatchObject({ logGroupIdentifiers });
  });

  test("joins rows more than once, in PPL with the aggregates of their groups and of all", async () => {
    const group = await newGroup();
    await group.put([
      [0, '{"a":1,"g":"x"}'],
      [1, '{"a":2,"g":"y"}'],
      [2, "no JSON"],
    ]);
    const commands = "eventstats count() as c by g | eventstats sum(a) as d | fields a, c, d";
    const queryString = `source = ${group.logGroupName} | ${commands}`.replace(/(group-\d+)/, "`$1`");
    const { status, ...found } = await ended(await start(undefined, queryString, { queryLanguage: "PPL" }));
    expect(status).toBe("Complete");
    expect(rowsOf(found)).toEqual([
      { c: "1", d: "3" },
      { a: "2", c: "1", d: "3" },
      { a: "1", c: "1", d: "3" },
    ]);
  });

  test("says where a query is wrong", async () => {
    const { logGroupName } = await newGroup();
    const call = logs.startQuery({
      logGroupName,
      startTime: 0,
      endTime: 1,
      queryString: "fields a\n| stats unheard(b)",
    });
    const message = "unknown function unheard at line 2 and position 8";
    await expect(call).rejects.toMatchObject({
      name: "MalformedQueryException",
      message,
      queryCompileError: { location: { startCharOffset: 17, endCharOffset: 27 }, message },
    });
  });

  test("refuses a span that ends before it starts, and groups that are not there", async () => {
    const { logGroupName } = await newGroup();
    const base = { queryString: "limit 1", startTime: 2, endTime: 1 };
    expect(await refusal(logs.startQuery({ ...base, logGroupName }))).toContain("InvalidParameterException");
    expect(await refusal(logs.startQuery({ ...base, endTime: 3, logGroupName: "absent" }))).toBe(
      "ResourceNotFoundException: Log group 'absent' does not exist for account ID '123456789012'",
    );
    expect(await refusal(logs.startQuery({ ...base, endTime: 3 }))).toContain("InvalidParameterException");
  });

  test("finds the names of streams, however many there are", async () => {
    const many = Array.from({ length: 600 }, (_, index) => `${"x".repeat(500)}-${index}`);
    const { logGroupName } = await newGroup([]);
    await Promise.all(many.map((logStreamName) => logs.createLogStream({ logGroupName, logStreamName })));
    const logEvents = [{ timestamp: server.clock.now(), message: "here" }];
    await logs.putLogEvents({ logGroupName, logStreamName: many.at(-1), logEvents });
    const found = await ended(await start({ logGroupName }, "fields @logStream"));
    expect(rowsOf(found)).toEqual([{ "@logStream": many.at(-1) }]);
  });

  test("answers pages of its results", async () => {
    const group = await newGroup();
    await group.put([1, 2, 3].map((offset) => [offset, String(offset)]));
    const queryId = await start(group, "fields @message | sort @message");
    await ended(queryId);
    const first = await logs.getQueryResults({ queryId, maxItems: 2 });
    const second = await logs.getQueryResults({ queryId, maxItems: 2, nextToken: first.nextToken });
    expect([...rowsOf(first), ...rowsOf(second)].map((row) => row["@message"])).toEqual(["1", "2", "3"]);
    expect(second.nextToken).toBeUndefined();
  });

  test("answers pages of the groups that it reads", async () => {
    const prefix = "/pages/of/groups/";
    const names = Array.from({ length: 51 }, (_, index) => `${prefix}${index}`);
    for (const logGroupName of names) await logs.createLogGroup({ logGroupName });
    const arns = names.map((name) => `arn:aws:logs:us-east-1:123456789012:log-group:${name}`).toSorted();
    const whole = await start(undefined, `SOURCE logGroups(namePrefix: ["${prefix}"]) | stats count(*)`);
    const first = await logs.listLogGroupsForQuery({ queryId: whole, maxResults: 50 });
    expect(first.logGroupIdentifiers).toHaveLength(50);
    const { nextToken } = first;
    const second = await logs.listLogGroupsForQuery({ queryId: whole, maxResults: 50, nextToken });
    expect(second.nextToken).toBeUndefined();
    const listed = [...(first.logGroupIdentifiers ?? []), ...(second.logGroupIdentifiers ?? [])];
    expect(listed.toSorted()).toEqual(arns);

    await logs.deleteLogGroup({ logGroupName: names[0] });
    const page = await start(undefined, `SOURCE logGroups(namePrefix: ["${prefix}"]) | stats count(*)`);
    const only = await logs.listLogGroupsForQuery({ queryId: page, maxResults: 50 });
    expect(only.logGroupIdentifiers).toHaveLength(50);
    expect(only.nextToken).toBeUndefined();
  });
});

test("the end of a query is its whole second, or the millisecond that is given", async () => {
  const group = await newGroup();
  await group.put([[700, "in the second"]]);
  const second = Math.floor(server.clock.now() / 1_000);
  const countTo = async (startTime: number, endTime: number) => {
    const queryId = await start(group, "stats count(*) as events", { startTime, endTime });
    expect((await logs.listLogGroupsForQuery({ queryId })).nextToken).toBeUndefined();
    return rowsOf(await ended(queryId));
  };
  expect(await countTo(second, second)).toEqual([{ events: "1" }]);
  expect(await countTo(second * 1_000, second * 1_000 + 699)).toEqual([{ events: "0" }]);
});

test("DescribeQueries knows no query that is older than a week", async () => {
  const group = await newGroup();
  await ended(await start(group, "limit 1"));
  await server.advance(7 * 86_400_000 + 1);
  const { queries } = await logs.describeQueries({ logGroupName: group.logGroupName });
  expect(queries).toEqual([]);
});

test("StopQuery refuses a query that has ended, and GetQueryResults one that is unknown", async () => {
  const group = await newGroup();
  const queryId = await start(group, "limit 1");
  await ended(queryId);
  expect(await refusal(logs.stopQuery({ queryId }))).toContain("is not running");
  expect(await refusal(logs.getQueryResults({ queryId: "none" }))).toContain("ResourceNotFoundException");
});

test("queries that start at the same time clear away those of a week ago together", async () => {
  const group = await newGroup();
  const old = await Promise.all(Array.from({ length: 25 }, () => start(group, "limit 1")));
  for (const queryId of old) await ended(queryId);
  await server.advance(8 * 86_400_000);
  const young = await Promise.all(Array.from({ length: 10 }, () => start(group, "limit 1")));
  for (const queryId of young) expect((await ended(queryId)).status).toBe("Complete");
  for (const queryId of old) {
    expect(await refusal(logs.getQueryResults({ queryId }))).toContain("ResourceNotFoundException");
  }
});

test("DescribeQueries lists the newest first, by group and by status", async () => {
  const [one, other] = [await newGroup(), await newGroup()];
  const first = await start(one, "limit 1");
  await server.advance(1_000);
  const second = await start(one, "limit 2");
  await start(other, "limit 3");
  await ended(first);
  await ended(second);
  const described = await logs.describeQueries({ logGroupName: one.logGroupName, status: "Complete" });
  expect(described.queries).toMatchObject([
    { queryId: second, queryString: "limit 2", status: "Complete", logGroupName: one.logGroupName },
    { queryId: first, queryString: "limit 1" },
  ]);
});

test("GetLogGroupFields says how many of the events have each field", async () => {
  const group = await newGroup();
  await group.put([
    [-1, '{"a":1,"b":{"c":2}}'],
    [0, '{"a":1}'],
  ]);
  const { logGroupFields } = await logs.getLogGroupFields({ logGroupName: group.logGroupName });
  expect(logGroupFields).toContainEqual({ name: "a", percent: 100 });
  expect(logGroupFields).toContainEqual({ name: "b.c", percent: 50 });
});

test("query definitions are put, changed, listed by prefix and deleted", async () => {
  const put = { name: "errors/all", queryString: "filter level = 'ERROR'" };
  const { queryDefinitionId } = await logs.putQueryDefinition(put);
  await logs.putQueryDefinition({ ...put, queryDefinitionId, queryString: "limit 5" });
  const listed = await logs.describeQueryDefinitions({ queryDefinitionNamePrefix: "errors/" });
  expect(listed.queryDefinitions).toMatchObject([{ queryDefinitionId, queryString: "limit 5" }]);
  expect(await logs.deleteQueryDefinition({ queryDefinitionId })).toMatchObject({ success: true });
  expect(await refusal(logs.deleteQueryDefinition({ queryDefinitionId }))).toContain(
    "ResourceNotFoundException",
  );
});

describe("lookup tables", () => {
  const tableBody = 'id,name\nu1,"Ada, Countess"\nu2,Bob\n';

  test("are looked up in by queries, and say what they hold", async () => {
    const { lookupTableArn } = await logs.createLookupTable({ lookupTableName: "users", tableBody });
    const { lookupTables } = await logs.describeLookupTables({ lookupTableNamePrefix: "use" });
    expect(lookupTables).toMatchObject([
      { lookupTableArn, lookupTableName: "users", tableFields: ["id", "name"], recordsCount: 2 },
    ]);
    const group = await newGroup();
    await group.put([[0, '{"user":"u1"}']]);
    const query = "lookup users id as user OUTPUT name | fields user, name";
    expect(rowsOf(await ended(await start(group, query)))).toEqual([{ user: "u1", name: "Ada, Countess" }]);

    await logs.updateLookupTable({ lookupTableArn, tableBody: "id,name\nu1,Grace\n" });
    expect(await logs.getLookupTable({ lookupTableArn })).toMatchObject({ tableBody: "id,name\nu1,Grace\n" });
    expect(rowsOf(await ended(await start(group, query)))).toEqual([{ user: "u1", name: "Grace" }]);

    await logs.deleteLookupTable({ lookupTableArn });
    await expect(start(group, query)).rejects.toThrow("the lookup table users does not exist");
  });

  test("are looked up in by the range that an address is in", async () => {
    const networks = "cidr,owner\n10.0.0.0/8,ops\n10.1.0.0/16,web\n";
    await logs.createLookupTable({ lookupTableName: "networks", tableBody: networks });
    const group = await newGroup();
    await group.put([
      [0, '{"ip":"10.1.2.3"}'],
      [1, '{"ip":"192.0.2.1"}'],
    ]);
    const query = "fields ip | cidrlookup networks ip as cidr OUTPUT owner | sort ip";
    expect(rowsOf(await ended(await start(group, query)))).toEqual([
      { ip: "10.1.2.3", owner: "web" },
      { ip: "192.0.2.1" },
    ]);
  });

  test("are made of the results of a query", async () => {
    const group = await newGroup();
    await group.put([[0, '{"host":"a","zone":"z"}']]);
    const queryId = await start(group, "stats count(*) as events by host, zone");
    await ended(queryId);
    const { lookupTableArn } = await logs.createLookupTable({ lookupTableName: "hosts", queryId });
    expect((await logs.getLookupTable({ lookupTableArn })).tableBody).toBe("host,zone,events\na,z,1\n");
  });

  test("refuse names that are taken and texts that are no tables", async () => {
    await logs.createLookupTable({ lookupTableName: "taken", tableBody });
    const create = (lookupTableName: string, body: string | undefined) =>
      refusal(logs.createLookupTable({ lookupTableName, tableBody: body }));
    expect(await create("taken", tableBody)).toContain("ResourceAlreadyExistsException");
    expect(await create("broken", "a,b\n1\n")).toContain("row 1 has not as many cells");
    expect(await create("empty", undefined)).toContain("Exactly one of tableBody and queryId");
  });
});

test("estimate says how many bytes the query would scan", async () => {
  const group = await newGroup();
  await group.put([
    [0, '{"level":"error"}'],
    [1, '{"level":"info"}'],
  ]);
  const query = 'fields @message | filter level = "error"';
  const { statistics } = await ended(await start(group, query));
  const estimated = await ended(await start(group, `${query} | estimate`));
  expect(rowsOf(estimated)).toEqual([{ estimatedBytesScanned: String(statistics?.bytesScanned) }]);
});

test("queries are also written in PPL and in SQL", async () => {
  const group = await newGroup();
  await group.put([
    [0, '{"host":"a","took":1}'],
    [1, '{"host":"b","took":5}'],
  ]);
  const ppl = await start(group, "where took > 1 | fields host", { queryLanguage: "PPL" });
  expect(await ended(ppl)).toMatchObject({ queryLanguage: "PPL" });
  expect(rowsOf(await ended(ppl))).toEqual([{ host: "b" }]);
  const select = `SELECT MAX(took) AS most FROM \`${group.logGroupName}\``;
  const sql = await start(undefined, select, { queryLanguage: "SQL" });
  expect(rowsOf(await ended(sql))).toEqual([{ most: "5" }]);
  const compared = `source = \`${group.logGroupName}\` | eventstats avg(took) as mean | where took < mean`;
  const stats = await start(undefined, `${compared} | fields host, mean`, { queryLanguage: "PPL" });
  expect(rowsOf(await ended(stats))).toEqual([{ host: "a", mean: "3" }]);
  const { queries } = await logs.describeQueries({ queryLanguage: "SQL" });
  expect(queries).toMatchObject([{ queryId: sql, queryLanguage: "SQL", queryString: select }]);
  await expect(start(group, "where took >", { queryLanguage: "PPL" })).rejects.toMatchObject({
    name: "MalformedQueryException",
    queryCompileError: { location: { startCharOffset: 12, endCharOffset: 12 } },
  });
});

test("Grafana's columns in front of a query, and its annotations by time", async () => {
  const group = await newGroup();
  await group.put([[0, '{"level":"ERROR"}']]);
  const log = "ltrim(@log) as __log__grafana_internal__";
  const stream = "ltrim(@logStream) as __logstream__grafana_internal__";
  const prefix = `fields @timestamp,${log},${stream}|`;
  const found = await ended(
    await start(group, `${prefix}fields @timestamp, @message |\n sort @timestamp desc |\n limit 20`),
  );
  expect(rowsOf(found)).toEqual([
    {
      "@timestamp": new Date(server.clock.now()).toISOString().replace("T", " ").replace("Z", ""),
      __log__grafana_internal__: `123456789012:${group.logGroupName}`,
      __logstream__grafana_internal__: "stream",
      "@message": '{"level":"ERROR"}',
    },
  ]);
  const counted = `${prefix}filter level = "ERROR" | stats count(*) as events by bin(1m), level`;
  expect(rowsOf(await ended(await start(group, counted)))).toMatchObject([{ level: "ERROR", events: "1" }]);
});

test("join puts the rows of two groups together", async () => {
  const [orders, payments] = [await newGroup(), await newGroup()];
  await orders.put([[0, '{"id":"t1"}']]);
  await payments.put([[0, '{"id":"t1","state":"PAID"}']], "stream");
  const other = `(SOURCE "${payments.logGroupName}")`;
  const query = `join type=inner left=o right=p where o.id=p.id ${other} | fields p.state, p.@log`;
  expect(rowsOf(await ended(await start(orders, query)))).toEqual([
    { "p.state": "PAID", "p.@log": `123456789012:${payments.logGroupName}` },
  ]);
});

test("diff reads the time before the query's own", async () => {
  const group = await newGroup();
  await group.put([[-3_000_000, "boot of node 1"]]);
  await group.put([[-60_000, "node 2 is down"]]);
  const now = Math.floor(server.clock.now() / 1_000);
  const span = { startTime: now - 1_800, endTime: now };
  const found = rowsOf(await ended(await start(group, "pattern @message | diff", span)));
  expect(found.map((row) => [row["@pattern"], row["@diffEventCount"]])).toEqual([
    ["boot of node <Number-1>", "-1"],
    ["node <Number-1> is down", "1"],
  ]);
});

const pointerOf = (row: ResultField[] | undefined) => row?.find(({ field }) => field === "@ptr")?.value;
