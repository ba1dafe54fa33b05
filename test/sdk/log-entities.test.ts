// Entities: what log events are about, put with them and found by queries.
import { type CloudWatchLogs, type PutLogEventsRequest } from "@aws-sdk/client-cloudwatch-logs";
import { expect, test } from "vitest";
import { GroundwatchClient } from "../../src/client/index.ts";
import { withLogsServer } from "../support/logs-server.ts";
import { newInsightsQueries } from "../support/insights-queries.ts";
import { newLogGroup } from "../support/log-groups.ts";
import type { TestServer } from "../support/server.ts";

let server: TestServer;
let logs: CloudWatchLogs;

withLogsServer((started) => ({ server, logs } = started));

const { start, ended, rowsOf } = newInsightsQueries(() => ({ server, logs }));

/** The entity of AWS's page on discovered fields. */
const clinic = {
  keyAttributes: { Type: "Service", Name: "PetClinic", Environment: "ec2:default" },
  attributes: { PlatformType: "AWS::EC2", "EC2.InstanceId": "i-1234567890123" },
};

function put(logGroupName: string, message: string, entity?: PutLogEventsRequest["entity"]) {
  const logEvents = [{ timestamp: server.clock.now(), message }];
  return logs.putLogEvents({ logGroupName, logStreamName: "stream", logEvents, entity });
}

async function found(
  logGroupName: string,
  queryString: string,
  queryLanguage: "CWLI" | "PPL" | "SQL" = "CWLI",
) {
  const isSql = queryLanguage === "SQL";
  const group = isSql ? undefined : { logGroupName };
  return rowsOf(await ended(await start(group, queryString, { queryLanguage })));
}

test("queries read and filter the fields of an entity, by event", async () => {
  const { logGroupName } = await newLogGroup(server, logs);
  await put(logGroupName, "visit", clinic);
  await put(logGroupName, "buy", { keyAttributes: { Type: "Service", Name: "Shop", Environment: "dev" } });
  await put(logGroupName, '{"@entity.KeyAttributes.Name":"forged"}');
  const fields = "@entity.KeyAttributes.Name as name, @entity.Attributes.EC2.InstanceId as instance";
  expect(await found(logGroupName, `display @message, ${fields} | sort @message desc`)).toEqual([
    { "@message": '{"@entity.KeyAttributes.Name":"forged"}' },
    { "@message": "visit", name: "PetClinic", instance: "i-1234567890123" },
    { "@message": "buy", name: "Shop" },
  ]);
  const name = "@entity.KeyAttributes.Name";
  expect(await found(logGroupName, `filter ${name} like "Pet" | display @message`)).toEqual([
    { "@message": "visit" },
  ]);
  expect(
    await found(
      logGroupName,
      `stats count(*) as events by ${name} as name | filter ispresent(name) | sort name`,
    ),
  ).toEqual([
    { name: "PetClinic", events: "1" },
    { name: "Shop", events: "1" },
  ]);
  expect(
    await found(logGroupName, `filter ispresent(@entity.Attributes.PlatformType) | stats count(*) as n`),
  ).toEqual([{ n: "1" }]);
  expect(await found(logGroupName, `where \`${name}\` = 'Shop' | fields \`@message\``, "PPL")).toMatchObject([
    { "@message": "buy" },
  ]);
  expect(
    await found(
      logGroupName,
      `SELECT \`@message\` FROM \`${logGroupName}\` WHERE \`${name}\` = 'Shop'`,
      "SQL",
    ),
  ).toMatchObject([{ "@message": "buy" }]);
});

test("a record has its entity beside its own fields, and index policies do not take it away", async () => {
  const { logGroupName } = await newLogGroup(server, logs);
  await logs.putIndexPolicy({ logGroupIdentifier: logGroupName, policyDocument: '{"Fields":["orderId"]}' });
  await server.advance(60_000);
  await put(logGroupName, '{"orderId":"o-1"}', clinic);
  const queryId = await start(
    { logGroupName },
    'filter orderId = "o-1" | fields @entity.KeyAttributes.Type as type',
  );
  const { results = [] } = await ended(queryId);
  expect(results[0]?.[0]).toEqual({ field: "type", value: "Service" });
  const logRecordPointer = results[0]?.find(({ field }) => field === "@ptr")?.value ?? "";
  const { logRecord } = await logs.getLogRecord({ logRecordPointer });
  expect(logRecord).toMatchObject({
    orderId: "o-1",
    "@entity.KeyAttributes.Name": "PetClinic",
    "@entity.KeyAttributes.Environment": "ec2:default",
    "@entity.Attributes.PlatformType": "AWS::EC2",
  });
});

test("an encrypted group keeps entities as well", async () => {
  const { logGroupName } = await newLogGroup(server, logs);
  const { KeyMetadata } = await new GroundwatchClient(server.clientConfig()).createKey();
  await logs.associateKmsKey({ logGroupName, kmsKeyId: KeyMetadata.Arn });
  await put(logGroupName, "secret", clinic);
  expect(await found(logGroupName, "fields @entity.KeyAttributes.Name as name")).toMatchObject([
    { name: "PetClinic" },
  ]);
});

test("an entity that is refused is not kept, nor is one of a class that has none", async () => {
  const { logGroupName } = await newLogGroup(server, logs);
  const refused = await put(logGroupName, "pet", { keyAttributes: { Type: "Pet", Name: "rex" } });
  expect(refused.rejectedEntityInfo).toEqual({ errorType: "InvalidTypeValue" });
  const rarely = { logGroupName: `${logGroupName}-rarely`, logStreamName: "stream" };
  await logs.createLogGroup({ ...rarely, logGroupClass: "INFREQUENT_ACCESS" });
  await logs.createLogStream(rarely);
  const unsupported = await put(rarely.logGroupName, "visit", clinic);
  expect(unsupported.rejectedEntityInfo).toEqual({ errorType: "UnsupportedLogGroupType" });
  for (const group of [logGroupName, rarely.logGroupName]) {
    expect(
      await found(group, "stats count(*) as events, count(@entity.KeyAttributes.Type) as types"),
    ).toEqual([{ events: "1", types: "0" }]);
  }
});
