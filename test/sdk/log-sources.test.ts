// The SOURCE command of queries through the official client: groups by their tags, data sources and names.
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newInsightsQueries } from "../support/insights-queries.ts";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testAccount, testRegion, type TestServer } from "../support/server.ts";

let server: TestServer;
let logs: CloudWatchLogs;

const groups: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "/shop/orders": { team: "Alpha", "cw:datasource:name": "shop", "cw:datasource:type": "orders" },
  "/shop/web": { team: "beta", "cw:datasource:name": "shop", "cw:datasource:type": "web" },
  "/bank/audit": { team: "alpha-2", stage: "prod", "cw:datasource:name": "bank" },
  plain: {},
};

beforeAll(async () => {
  server = await startTestServer();
  logs = new CloudWatchLogs(server.clientConfig());
  const logStreamName = "stream";
  for (const [logGroupName, tags] of Object.entries(groups)) {
    await logs.createLogGroup({ logGroupName });
    if (Object.keys(tags).length > 0) await logs.tagLogGroup({ logGroupName, tags });
    await logs.createLogStream({ logGroupName, logStreamName });
    const logEvents = [{ timestamp: server.clock.now(), message: "{}" }];
    await logs.putLogEvents({ logGroupName, logStreamName, logEvents });
  }
});

afterAll(() => server?.stop());

const { start, ended, rowsOf } = newInsightsQueries(() => ({ server, logs }));

const groupsOf = async (source: string) => {
  const queryId = await start(undefined, `SOURCE ${source} | stats count(*) by @log | sort @log`);
  return rowsOf(await ended(queryId)).map((row) => row["@log"]?.split(":")[1]);
};

test.each([
  ['dataSource(["shop.orders"])', ["/shop/orders"]],
  ['dataSource(["shop", "bank"])', ["/bank/audit", "/shop/orders", "/shop/web"]],
  ['dataSource(["shop"]) logGroups(namePrefix: ["/shop/w", "/bank"])', ["/shop/web"]],
  ['dataSource(["amazon_vpc.flow"])', []],
  ['logGroupTags([{key: "team"}])', ["/bank/audit", "/shop/orders", "/shop/web"]],
  ['logGroupTags([{"key": "team", "values": ["Alpha"]}])', ["/shop/orders"]],
  ['logGroupTags([{key: "team", values: ["alpha*"]}])', ["/bank/audit", "/shop/orders"]],
  ['logGroupTags([{key: "team", values: ["!beta"]}, {key: "stage"}])', ["/bank/audit"]],
  ['logGroupTags([{key: "team", values: ["beta"]}]) logGroups(namePrefix: "/bank")', []],
  ['"/shop/web" | SOURCE plain', ["/shop/web", "plain"]],
  ["logGroups(logGroupClass: ['STANDARD'])", ["/bank/audit", "/shop/orders", "/shop/web", "plain"]],
])("SOURCE %s reads the groups that it means", async (source, expected) => {
  expect(await groupsOf(source)).toEqual(expected);
});

test("a query inside a query chooses its groups by tags too", async () => {
  const inner = '(SOURCE logGroupTags([{key: "team"}]) | stats count(*) as n)';
  const queryId = await start({ logGroupName: "plain" }, `stats count(*) as own | appendcols ${inner}`);
  expect(rowsOf(await ended(queryId))).toEqual([{ own: "1", n: "3" }]);
});

test("events have the account, the region and the data source of their group as fields", async () => {
  const shown = "fields @data_source_name, @data_source_type, @aws.account, @aws.region | sort @log";
  const queryId = await start(undefined, `SOURCE logGroups() | ${shown}`);
  const place = { "@aws.account": testAccount, "@aws.region": testRegion };
  expect(rowsOf(await ended(queryId))).toEqual([
    { "@data_source_name": "bank", ...place },
    { "@data_source_name": "shop", "@data_source_type": "orders", ...place },
    { "@data_source_name": "shop", "@data_source_type": "web", ...place },
    place,
  ]);
  const ofShop = 'logGroups() | filterIndex @data_source_name in ["shop"] and @aws.region = "us-east-1"';
  expect(await groupsOf(ofShop)).toEqual(["/shop/orders", "/shop/web"]);
});

test("what SOURCE does not know is refused with its place", async () => {
  expect(await refusal(groupsOf('logGroups(team: "a")'))).toBe(
    "MalformedQueryException: unknown criterion team of log groups at line 1 and position 17",
  );
  expect(await refusal(groupsOf('logGroupTags([{key: "a", values: ["1","2","3","4","5","6"]}])'))).toBe(
    "MalformedQueryException: there are more than 5 items at line 1 and position 40",
  );
});

test("SOURCE says which time is read, in the place of the one that the call gives", async () => {
  const longAgo = { startTime: 0, endTime: 1 };
  const events = async (query: string) =>
    rowsOf(await ended(await start(undefined, query, longAgo))).map((row) => row["n"]);
  expect(await events("SOURCE plain START=-1h END=60s | stats count(*) as n")).toEqual(["1"]);
  expect(await events("SOURCE plain START=-2h END=-1h | stats count(*) as n")).toEqual(["0"]);
  expect(await events("SOURCE plain | stats count(*) as n")).toEqual(["0"]);
  const compared = "SOURCE plain start=-1d end=now | logcompare timeshift 7d | fields @diffEventCount as n";
  expect((await events(compared)).at(-1)).toBe("1");
  const wrong = start(undefined, "SOURCE plain start=now end=-1d", longAgo);
  await expect(wrong).rejects.toMatchObject({
    name: "MalformedQueryException",
    queryCompileError: { location: { startCharOffset: 0, endCharOffset: 30 } },
  });
});

test.each([
  ["PPL", "source = `/shop/web` | stats count() as n by `@log`", ["/shop/web"]],
  [
    "PPL",
    "source = [lg:`/shop/web`, lg:`plain`] | stats count() as n by `@log` | sort `@log`",
    ["/shop/web", "plain"],
  ],
  [
    "PPL",
    "search source=[ds:`shop.orders`, ds:`bank`] | stats count() by `@log`",
    ["/bank/audit", "/shop/orders"],
  ],
  ["SQL", "SELECT `@log`, COUNT(*) AS n FROM `dataSource(['shop.web'])` GROUP BY `@log`;", ["/shop/web"]],
  [
    "SQL",
    "SELECT `@log` FROM `filterIndex('@data_source_name' IN ['shop'])` ORDER BY `@log`",
    ["/shop/orders", "/shop/web"],
  ],
  [
    "SQL",
    "SELECT DISTINCT p.`@log` FROM `plain` p JOIN `/shop/web` w ON p.`@aws.region` = w.`@aws.region`",
    ["plain"],
  ],
] as const)("%s names its groups: %s", async (queryLanguage, query, expected) => {
  const rows = rowsOf(await ended(await start(undefined, query, { queryLanguage })));
  expect(rows.map((row) => (row["@log"] ?? row["p.@log"])?.split(":")[1])).toEqual(expected);
});
