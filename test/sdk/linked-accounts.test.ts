// A monitoring account and the accounts that are linked as its sources, through the official clients.
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newInsightsQueries } from "../support/insights-queries.ts";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testAccount, testRegion, type TestServer } from "../support/server.ts";

const [source, otherSource, stranger] = ["222222222222", "333333333333", "444444444444"] as const;

let server: TestServer;
const clientOf = (account: string, region = testRegion) =>
  new CloudWatchLogs({ ...server.clientConfig({ account, region }), disableHostPrefix: true });
let monitoring: CloudWatchLogs;

const arnOf = (account: string, name: string, region = testRegion) =>
  `arn:aws:logs:${region}:${account}:log-group:${name}`;

beforeAll(async () => {
  server = await startTestServer({ linkedAccounts: `${testAccount}=${source},${otherSource}` });
  monitoring = clientOf(testAccount);
  for (const account of [testAccount, source, otherSource, stranger]) {
    const logs = clientOf(account);
    await logs.createLogGroup({ logGroupName: "app" });
    await logs.createLogStream({ logGroupName: "app", logStreamName: "stream" });
    const logEvents = [{ timestamp: server.clock.now(), message: `from ${account}` }];
    await logs.putLogEvents({ logGroupName: "app", logStreamName: "stream", logEvents });
  }
});

afterAll(() => server?.stop());

const { start, ended, rowsOf } = newInsightsQueries(() => ({ server, logs: monitoring }));

describe("queries", () => {
  test("read the groups of several accounts, which `@log` tells apart", async () => {
    const logGroupIdentifiers = [arnOf(source, "app"), "app", arnOf(otherSource, "app")];
    const queryId = await start(undefined, "fields @log, @message | sort @log", { logGroupIdentifiers });
    const found = await ended(queryId);
    expect(rowsOf(found)).toEqual(
      [testAccount, source, otherSource].map((account) => ({
        "@log": `${account}:app`,
        "@message": `from ${account}`,
      })),
    );
    expect((await monitoring.listLogGroupsForQuery({ queryId })).logGroupIdentifiers?.toSorted()).toEqual(
      [testAccount, source, otherSource].map((account) => arnOf(account, "app")),
    );
    const pointer = found.results?.[1]?.find(({ field }) => field === "@ptr")?.value;
    const { logRecord } = await monitoring.getLogRecord({ logRecordPointer: pointer });
    expect(logRecord).toMatchObject({ "@log": `${source}:app`, "@message": `from ${source}` });
    expect(await refusal(clientOf(stranger).getLogRecord({ logRecordPointer: pointer }))).toContain(
      "ResourceNotFoundException",
    );
  });

  test("with SOURCE read all linked accounts, or those that it names", async () => {
    const accountsOf = async (queryString: string) =>
      rowsOf(await ended(await start(undefined, queryString))).map((row) => row["@log"]);
    const counted = "stats count(*) by @log | sort @log";
    expect(await accountsOf(`SOURCE logGroups(namePrefix: ["app"]) | ${counted}`)).toEqual(
      [testAccount, source, otherSource].map((account) => `${account}:app`),
    );
    const named = `SOURCE logGroups(namePrefix: ["app"], accountIdentifier: ["${source}"]) | ${counted}`;
    expect(await accountsOf(named)).toEqual([`${source}:app`]);
    const foreign = named.replace(source, stranger);
    expect(await refusal(start(undefined, foreign))).toBe(
      `InvalidParameterException: The account ${stranger} is not linked to the account ${testAccount}.`,
    );
  });

  test("do not find a stranger, another region, or the monitoring account as a source", async () => {
    const asked = (logs: CloudWatchLogs, identifier: string) =>
      refusal(
        logs.startQuery({
          logGroupIdentifiers: [identifier],
          queryString: "limit 1",
          startTime: 0,
          endTime: 1,
        }),
      );
    const missing = "ResourceNotFoundException: The specified log group does not exist.";
    expect(await asked(monitoring, arnOf(stranger, "app"))).toBe(missing);
    expect(await asked(monitoring, arnOf(source, "app", "eu-west-1"))).toBe(missing);
    expect(await asked(clientOf(source), arnOf(testAccount, "app"))).toBe(missing);
    expect(await asked(monitoring, arnOf(source, "absent"))).toBe(
      `ResourceNotFoundException: Log group 'absent' does not exist for account ID '${source}'`,
    );
  });
});

describe("single groups of a source account", () => {
  const logGroupIdentifier = arnOf(source, "app");

  test("are read by their ARN", async () => {
    const { events } = await monitoring.filterLogEvents({ logGroupIdentifier });
    expect(events).toMatchObject([{ message: `from ${source}` }]);
    const got = await monitoring.getLogEvents({ logGroupIdentifier, logStreamName: "stream" });
    expect(got.events).toMatchObject([{ message: `from ${source}` }]);
    const { logStreams } = await monitoring.describeLogStreams({ logGroupIdentifier });
    expect(logStreams).toMatchObject([{ arn: `${logGroupIdentifier}:log-stream:stream` }]);
    const { logGroupFields } = await monitoring.getLogGroupFields({ logGroupIdentifier });
    expect(logGroupFields).toContainEqual({ name: "@message", percent: 100 });
  });

  test("are tailed by their ARN", async () => {
    const leaving = new AbortController();
    const { responseStream } = await monitoring.startLiveTail(
      { logGroupIdentifiers: [logGroupIdentifier] },
      { abortSignal: leaving.signal },
    );
    const events = responseStream![Symbol.asyncIterator]();
    expect((await events.next()).value).toHaveProperty("sessionStart");
    await clientOf(source).putLogEvents({
      logGroupName: "app",
      logStreamName: "stream",
      logEvents: [{ timestamp: server.clock.now(), message: "tailed" }],
    });
    const update = events.next();
    await server.advance(1_000);
    expect((await update).value).toMatchObject({
      sessionUpdate: { sessionResults: [{ message: "tailed", logGroupIdentifier }] },
    });
    leaving.abort();
  });

  test("are not written to, nor read by others", async () => {
    const missing = "ResourceNotFoundException: The specified log group does not exist.";
    const policyDocument = '{"Fields":["level"]}';
    expect(await refusal(monitoring.putIndexPolicy({ logGroupIdentifier, policyDocument }))).toBe(missing);
    expect(await refusal(clientOf(stranger).filterLogEvents({ logGroupIdentifier }))).toBe(missing);
  });
});

test("listings include linked accounts when they are asked to, over all pages", async () => {
  const arnsOf = async (options: object) => {
    const arns: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const page = await monitoring.describeLogGroups({ ...options, limit: 1, nextToken });
      arns.push(...page.logGroups!.map(({ logGroupArn }) => logGroupArn));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return arns;
  };
  expect(await arnsOf({})).toEqual([arnOf(testAccount, "app")]);
  expect(await arnsOf({ includeLinkedAccounts: true })).toEqual(
    [testAccount, source, otherSource].map((account) => arnOf(account, "app")),
  );
  expect(await arnsOf({ includeLinkedAccounts: true, accountIdentifiers: [otherSource, stranger] })).toEqual([
    arnOf(otherSource, "app"),
  ]);
  expect(await refusal(arnsOf({ accountIdentifiers: [source] }))).toContain("InvalidParameterException");
  const { logGroups } = await monitoring.listLogGroups({ includeLinkedAccounts: true });
  expect(logGroups).toHaveLength(3);
});

describe("metrics", () => {
  const metricsOf = (account: string) => new CloudWatch(server.clientConfig({ account }));
  const put = (account: string, MetricName: string, Value: number) =>
    metricsOf(account).putMetricData({ Namespace: "App", MetricData: [{ MetricName, Value }] });

  beforeAll(async () => {
    await put(testAccount, "Orders", 1);
    await put(source, "Orders", 2);
    await put(source, "Returns", 3);
    await put(stranger, "Orders", 4);
  });

  test("of source accounts are listed with their owners, over all pages", async () => {
    const listed = async (options: object) => {
      const found: (string | undefined)[] = [];
      let NextToken: string | undefined;
      do {
        const page = await metricsOf(testAccount).listMetrics({ Namespace: "App", ...options, NextToken });
        page.Metrics!.forEach(({ MetricName }, index) =>
          found.push([page.OwningAccounts?.[index], MetricName].join(" ")),
        );
        ({ NextToken } = page);
      } while (NextToken !== undefined);
      return found;
    };
    expect(await listed({})).toEqual([" Orders"]);
    expect(await listed({ IncludeLinkedAccounts: true })).toEqual([
      `${testAccount} Orders`,
      `${source} Orders`,
      `${source} Returns`,
    ]);
    const ofSource = { IncludeLinkedAccounts: true, OwningAccount: source };
    expect(await listed(ofSource)).toEqual([`${source} Orders`, `${source} Returns`]);
    expect(await listed({ IncludeLinkedAccounts: true, OwningAccount: stranger })).toEqual([]);
  });

  test("of several accounts are read and computed with", async () => {
    const query = (Id: string, AccountId?: string) => ({
      Id,
      ...(AccountId === undefined ? {} : { AccountId }),
      MetricStat: { Metric: { Namespace: "App", MetricName: "Orders" }, Period: 60, Stat: "Sum" },
    });
    const now = server.clock.now();
    const valuesOf = async (MetricDataQueries: object[]) => {
      const { MetricDataResults } = await metricsOf(testAccount).getMetricData({
        MetricDataQueries: MetricDataQueries as ReturnType<typeof query>[],
        StartTime: new Date(now - 600_000),
        EndTime: new Date(now + 60_000),
      });
      return Object.fromEntries(MetricDataResults!.map(({ Id, Values }) => [Id, Values]));
    };
    const queries = [query("own"), query("linked", source)];
    expect(await valuesOf(queries)).toEqual({ own: [1], linked: [2] });
    expect(await valuesOf([...queries, { Id: "both", Expression: "own + linked" }])).toMatchObject({
      both: [3],
    });
    expect(await refusal(valuesOf([query("foreign", stranger)]))).toContain(
      `The account ${stranger} is not linked to this account.`,
    );
  });

  test("of all accounts are searched and queried, or of those that are named", async () => {
    const now = server.clock.now();
    const found = async (Expression: string, Label?: string) => {
      const { MetricDataResults } = await metricsOf(testAccount).getMetricData({
        MetricDataQueries: [{ Id: "e", Expression, Period: 60, ...(Label === undefined ? {} : { Label }) }],
        StartTime: new Date(now - 600_000),
        EndTime: new Date(now + 60_000),
      });
      return MetricDataResults!.map((one) => `${one.Label} ${one.Values!.join()}`);
    };
    const search = (text: string) => `SEARCH('{App} Orders ${text}', 'Sum')`;
    expect(await found(search(""))).toEqual([`${testAccount} 1`, `${source} 2`]);
    expect(await found(search(""), "${PROP('AccountId')}")).toEqual([`${testAccount} 1`, `${source} 2`]);
    expect(await found(search(`:aws.AccountId=${source}`))).toEqual(["Orders 2"]);
    expect(await found(search(`:aws.AccountId="LOCAL"`))).toEqual(["Orders 1"]);
    expect(await found(search(`:aws.AccountId=${stranger}`))).toEqual([]);
    const query = (rest: string) => `SELECT SUM(Orders) FROM App ${rest}`;
    expect(await found(query(""))).toEqual(["Orders 3"]);
    expect(await found(query("GROUP BY AWS.AccountId"))).toEqual([`${testAccount} 1`, `${source} 2`]);
    expect(await found(query(`WHERE AWS.AccountId = '${source}'`))).toEqual(["Orders 2"]);
    expect(await found(query("WHERE AWS.AccountId = CURRENT_ACCOUNT_ID()"))).toEqual(["Orders 1"]);
    expect(await found(query(`WHERE AWS.AccountId = '${stranger}'`))).toEqual(["Orders "]);
  });
});
