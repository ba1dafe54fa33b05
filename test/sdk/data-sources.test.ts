// Data sources by the tags of log groups, log objects, and the storage tier, through the official client.
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newInsightsQueries } from "../support/insights-queries.ts";
import { newLogGroup } from "../support/log-groups.ts";
import { refusal } from "../support/refusal.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let logs: CloudWatchLogs;

beforeAll(async () => {
  server = await startTestServer();
  // Host names that begin with `stream-` are AWS's own.
  logs = new CloudWatchLogs({ ...server.clientConfig(), disableHostPrefix: true });
});

afterAll(() => server?.stop());

const { start, ended } = newInsightsQueries(() => ({ server, logs }));

async function groupOf(name: string, type: string) {
  const group = await newLogGroup(server, logs);
  const tags = { "cw:datasource:name": name, "cw:datasource:type": type };
  await logs.tagLogGroup({ logGroupName: group.logGroupName, tags });
  return group;
}

describe("data sources", () => {
  test("have the fields of the events of all their groups", async () => {
    const [one, other] = [await groupOf("shop", "orders"), await groupOf("shop", "orders")];
    await one.put([[0, '{"id":1,"customer":{"name":"a"},"lines":[{"sku":"x"}]}']]);
    await other.put([
      [0, '{"id":1.5,"paid":true}'],
      [1, "no JSON"],
    ]);
    const { logFields } = await logs.getLogFields({ dataSourceName: "shop", dataSourceType: "orders" });
    const field = (logFieldName: string, logFieldType: object) => ({ logFieldName, logFieldType });
    expect(logFields).toEqual([
      field("customer", { type: "struct", fields: [field("name", { type: "string" })] }),
      field("id", { type: "double" }),
      field("lines", {
        type: "array",
        element: { type: "struct", fields: [field("sku", { type: "string" })] },
      }),
      field("paid", { type: "boolean" }),
    ]);
    const absent = logs.getLogFields({ dataSourceName: "shop", dataSourceType: "absent" });
    expect(await refusal(absent)).toContain("ResourceNotFoundException");
  });

  test("are counted and list their groups", async () => {
    const [first] = [
      await groupOf("bank", "audit"),
      await groupOf("bank", "audit"),
      await groupOf("bank", "web"),
    ];
    await groupOf("amazon_vpc", "flow");
    await newLogGroup(server, logs);
    const dataSources = [{ name: "bank" }];
    const summary = (type: string, logGroupCount: number) => ({
      logGroupCount,
      groupingIdentifiers: [
        { key: "dataSource.Name", value: "bank" },
        { key: "dataSource.Type", value: type },
      ],
    });
    const groupBy = "DATA_SOURCE_NAME_AND_TYPE";
    const page = await logs.listAggregateLogGroupSummaries({ groupBy, dataSources, limit: 1 });
    expect(page.aggregateLogGroupSummaries).toEqual([summary("audit", 2)]);
    const { nextToken } = page;
    const rest = await logs.listAggregateLogGroupSummaries({ groupBy, dataSources, limit: 1, nextToken });
    expect(rest.aggregateLogGroupSummaries).toEqual([summary("web", 1)]);
    expect(rest.nextToken).toBeUndefined();
    const everything = await logs.listAggregateLogGroupSummaries({ groupBy });
    expect(JSON.stringify(everything)).not.toContain("amazon_vpc");
    const listed = await logs.listLogGroups({ dataSources: [{ name: "bank", type: "audit" }] });
    expect(listed.logGroups).toHaveLength(2);
    expect(listed.logGroups).toContainEqual(expect.objectContaining({ logGroupName: first.logGroupName }));
  });
});

test("GetLogObject streams the whole event that a pointer is to", async () => {
  const group = await newLogGroup(server, logs);
  const message = JSON.stringify({ text: "é".repeat(300_000) });
  await group.put([[0, message]]);
  const { results } = await ended(await start(group, "limit 1"));
  const logObjectPointer = results?.[0]?.find(({ field }) => field === "@ptr")?.value;
  const { fieldStream } = await logs.getLogObject({ logObjectPointer });
  const chunks: Uint8Array[] = [];
  for await (const { fields } of fieldStream!) chunks.push(fields!.data!);
  expect(chunks.length).toBeGreaterThan(1);
  expect(Buffer.concat(chunks).toString()).toBe(message);
  expect(await refusal(logs.getLogObject({ logObjectPointer: "none" }))).toContain(
    "InvalidParameterException",
  );
  const absent = Buffer.from("999999/1/1").toString("base64");
  expect(await refusal(logs.getLogObject({ logObjectPointer: absent }))).toBe(
    "ResourceNotFoundException: The specified log object does not exist.",
  );
});

test("the storage tier is the one that there is", async () => {
  expect(await logs.getStorageTierPolicy({})).toMatchObject({ storageTier: "STANDARD" });
  const refused = logs.putStorageTierPolicy({ storageTier: "INTELLIGENT_TIERING" });
  expect(await refusal(refused)).toContain("InvalidParameterException");
  const put = { storageTier: "STANDARD", lastUpdatedTime: server.clock.now() };
  expect(await logs.putStorageTierPolicy({ storageTier: "STANDARD" })).toMatchObject(put);
  expect(await logs.getStorageTierPolicy({})).toMatchObject(put);
});
