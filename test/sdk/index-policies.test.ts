// Field index policies through the official client, and what queries make of the indexes.
import type { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { expect, test } from "vitest";
import { withLogsServer } from "../support/logs-server.ts";
import { newLogGroup } from "../support/log-groups.ts";
import { refusal } from "../support/refusal.ts";
import { testAccount, testRegion, type TestServer } from "../support/server.ts";

let server: TestServer;
let logs: CloudWatchLogs;

withLogsServer((started) => ({ server, logs } = started));

const policy = (...Fields: string[]) => JSON.stringify({ Fields });

/** What a query answers, one text for each row. */
async function rowsOf(logGroupName: string, queryString: string) {
  const now = Math.ceil(server.clock.now() / 1_000);
  const { queryId } = await logs.startQuery({
    logGroupName,
    startTime: now - 3_600,
    endTime: now,
    queryString,
  });
  for (;;) {
    const { status, results = [] } = await logs.getQueryResults({ queryId });
    if (status === "Complete") return results.map((row) => row.map(({ value }) => value).join(" "));
    if (status !== "Running" && status !== "Scheduled") throw new Error(status);
  }
}

test("a policy is put, described, replaced and deleted", async () => {
  const { logGroupName } = await newLogGroup(server, logs);
  const logGroupIdentifier = `arn:aws:logs:${testRegion}:${testAccount}:log-group:${logGroupName}`;
  const document = '{"Fields":["orderId"],"FieldsV2":{"shop":{"type":"FACET"}}}';
  const put = await logs.putIndexPolicy({ logGroupIdentifier, policyDocument: document });
  const described = {
    logGroupIdentifier,
    policyDocument: document,
    source: "LOG_GROUP",
    lastUpdateTime: server.clock.now(),
  };
  expect(put.indexPolicy).toEqual(described);
  const { indexPolicies } = await logs.describeIndexPolicies({ logGroupIdentifiers: [logGroupName] });
  expect(indexPolicies).toEqual([described]);
  const custom = () =>
    logs
      .describeFieldIndexes({ logGroupIdentifiers: [logGroupName], indexCategories: ["CUSTOM", "INACTIVE"] })
      .then(({ fieldIndexes = [] }) =>
        fieldIndexes.map(({ fieldIndexName, type, indexCategory }) => [fieldIndexName, type, indexCategory]),
      );
  expect(await custom()).toEqual([
    ["orderId", "FIELD_INDEX", "CUSTOM"],
    ["shop", "FACET", "CUSTOM"],
  ]);
  await server.advance(60_000);
  await logs.putIndexPolicy({ logGroupIdentifier, policyDocument: policy("shop") });
  expect(await custom()).toEqual([
    ["shop", "FIELD_INDEX", "CUSTOM"],
    ["orderId", "FIELD_INDEX", "INACTIVE"],
  ]);
  await logs.deleteIndexPolicy({ logGroupIdentifier });
  const after = await logs.describeIndexPolicies({ logGroupIdentifiers: [logGroupName] });
  expect(after.indexPolicies).toEqual([]);
});

test("groups are listed by the fields that they index", async () => {
  const [both, one, none] = [
    await newLogGroup(server, logs),
    await newLogGroup(server, logs),
    await newLogGroup(server, logs),
  ];
  await logs.putIndexPolicy({
    logGroupIdentifier: both.logGroupName,
    policyDocument: policy("listedA", "listedB"),
  });
  await logs.putIndexPolicy({ logGroupIdentifier: one.logGroupName, policyDocument: policy("listedA") });
  const listed = async (...fieldIndexNames: string[]) =>
    (await logs.listLogGroups({ fieldIndexNames })).logGroups?.map(({ logGroupName }) => logGroupName);
  expect(await listed("listedA")).toEqual([both.logGroupName, one.logGroupName]);
  expect(await listed("listedA", "listedB")).toEqual([both.logGroupName]);
  // The fields that every group indexes count as well.
  expect(await listed("level", "listedB")).toEqual([both.logGroupName]);
  expect(await listed("level")).toContain(none.logGroupName);
  expect(await listed("unknown")).toEqual([]);
  await logs.putAccountPolicy({
    policyName: "listed",
    policyType: "FIELD_INDEX_POLICY",
    policyDocument: policy("listedB"),
    selectionCriteria: 'LogGroupNamePrefix IN ["group-"]',
  });
  // A group with a policy of its own does not use that of the account.
  expect(await listed("listedB")).not.toContain(one.logGroupName);
  await logs.deleteIndexPolicy({ logGroupIdentifier: one.logGroupName });
  expect(await listed("listedB")).toEqual(expect.arrayContaining([both.logGroupName, one.logGroupName]));
  expect(await listed("listedB")).toContain(none.logGroupName);
  const page = await logs.listLogGroups({ fieldIndexNames: ["listedB"], limit: 1 });
  expect(page.logGroups).toHaveLength(1);
  const next = await logs.listLogGroups({ fieldIndexNames: ["listedB"], nextToken: page.nextToken });
  expect(next.logGroups?.[0]?.logGroupName).not.toBe(page.logGroups?.[0]?.logGroupName);
  await logs.deleteAccountPolicy({ policyName: "listed", policyType: "FIELD_INDEX_POLICY" });
  expect(await listed("listedB")).toEqual([both.logGroupName]);
});

test("documents and groups that cannot be are refused", async () => {
  const { logGroupName: logGroupIdentifier } = await newLogGroup(server, logs);
  const put = (policyDocument: string) =>
    refusal(logs.putIndexPolicy({ logGroupIdentifier, policyDocument }));
  expect(await put("{")).toContain("no valid JSON");
  expect(await put("{}")).toContain("at least one field index");
  expect(await put('{"Fields":["a"],"FieldsV2":{"a":{"type":"FACET"}}}')).toContain("twice");
  expect(await put(policy(...Array.from({ length: 21 }, (_, index) => `f${index}`)))).toContain("at most 20");
  await logs.createLogGroup({ logGroupName: "rarely", logGroupClass: "INFREQUENT_ACCESS" });
  expect(
    await refusal(logs.putIndexPolicy({ logGroupIdentifier: "rarely", policyDocument: policy("a") })),
  ).toContain("ValidationException: This operation is only supported on the Standard log class.");
});

test("queries answer the same before, with and after an index", async () => {
  const group = await newLogGroup(server, logs);
  const { logGroupName } = group;
  const order = (id: string, name: string) => JSON.stringify({ orderId: id, customer: { id: name } });
  const query =
    'filter orderId = "o-1" and customer.id in ["ann", "bob"] | sort customer.id | display customer.id';
  const events = () =>
    group.put([
      [-3, order("o-1", "ann")],
      [-2, order("o-1", "carl")],
      [-1, order("o-2", "bob")],
    ]);
  await events();
  expect(await refusal(rowsOf(logGroupName, 'filterIndex orderId = "o-1"'))).toContain("is not indexed");
  await logs.putIndexPolicy({
    logGroupIdentifier: logGroupName,
    policyDocument: policy("orderId", "customer.id"),
  });
  await events();
  await server.advance(60_000);
  await events();
  const anns = (rows: readonly string[]) => rows.map((row) => row.split(" ")[0]);
  expect(anns(await rowsOf(logGroupName, query))).toEqual(["ann", "ann", "ann"]);
  // Only what came when the index was there for certain.
  expect(anns(await rowsOf(logGroupName, 'filterIndex orderId = "o-1" | display customer.id'))).toHaveLength(
    2,
  );
  const { fieldIndexes } = await logs.describeFieldIndexes({ logGroupIdentifiers: [logGroupName] });
  expect(fieldIndexes).toContainEqual(
    expect.objectContaining({ fieldIndexName: "customer.id", lastEventTime: server.clock.now() - 1 }),
  );
  await server.advance(60_000);
  await logs.deleteIndexPolicy({ logGroupIdentifier: logGroupName });
  await events();
  expect(anns(await rowsOf(logGroupName, query))).toEqual(["ann", "ann", "ann", "ann"]);
});

test("queries find the fields of transformed events", async () => {
  const group = await newLogGroup(server, logs);
  const { logGroupName } = group;
  await group.put([[-3, '{"who":"ANN"}']]);
  await logs.putTransformer({
    logGroupIdentifier: logGroupName,
    transformerConfig: [{ parseJSON: {} }, { lowerCaseString: { withKeys: ["who"] } }],
  });
  await group.put([[-2, '{"who":"BOBBY42"}']]);
  expect((await rowsOf(logGroupName, 'filter who = "bobby42" | display who, @message'))[0]).toMatch(
    /^bobby42 \{"who":"BOBBY42"\}/,
  );
  expect((await rowsOf(logGroupName, 'filter who = "ANN" | display who'))[0]).toMatch(/^ANN /);
});
