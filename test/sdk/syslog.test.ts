// Syslog over TCP and UDP into log groups that want it.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testAccount, testStartAt, type TestServer } from "../support/server.ts";
import { freeUdpPort } from "../support/udp.ts";

let server: TestServer;
let logs: CloudWatchLogs;
let port: number;

beforeAll(async () => {
  port = await freeUdpPort();
  server = await startTestServer({ syslogPort: port, account: testAccount });
  logs = new CloudWatchLogs(server.clientConfig());
});
afterAll(() => server.stop());

async function sendTcp(text: string): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.end(text);
  await once(socket, "close");
}

async function stored(logGroupName: string, logStreamName: string): Promise<readonly string[]> {
  const where = { logGroupName, logStreamName, startFromHead: true };
  const found = await logs.getLogEvents(where).catch(() => undefined); // the stream is not there yet
  return (found?.events ?? []).map(
    ({ message = "" }) => (JSON.parse(message) as { message: string }).message,
  );
}

test("messages go to a group of their own until log groups want them", async () => {
  const counted = "<14>1 2026-11-02T11:59:00Z web-1 app - - - one\ntwo";
  await sendTcp(`${counted.length} ${counted}<14>Nov  2 11:59:01 web-1 app: three\n`);
  await vi.waitFor(
    async () => expect(await stored("/groundwatch/syslog", "web-1")).toEqual(["one\ntwo", "three"]),
    20_000,
  );

  const logGroupName = "/network";
  await logs.createLogGroup({ logGroupName });
  await logs.putSyslogConfiguration({ logGroupIdentifier: logGroupName, vpcEndpointId: "vpce-1" });
  expect((await logs.listSyslogConfigurations({})).syslogConfigurations).toEqual([
    {
      logGroupArn: expect.stringContaining(":log-group:/network"),
      createdAt: testStartAt,
      vpcEndpointId: "vpce-1",
      sourceType: "VPCE",
    },
  ]);
  const socket = createSocket("udp4");
  socket.send("<14>Nov  2 11:59:02 web-1 app: by datagram", port, "127.0.0.1");
  await vi.waitFor(async () => expect(await stored(logGroupName, "web-1")).toEqual(["by datagram"]), 20_000);
  socket.close();
  expect(await stored("/groundwatch/syslog", "web-1")).toHaveLength(2);

  await logs.deleteSyslogConfiguration({ logGroupIdentifier: logGroupName });
  expect(await refusal(logs.deleteSyslogConfiguration({ logGroupIdentifier: logGroupName }))).toBe(
    "ResourceNotFoundException: The specified syslog configuration does not exist.",
  );
  await sendTcp("<14>Nov  2 11:59:03 web-1 app: four\n");
  await vi.waitFor(async () => expect(await stored("/groundwatch/syslog", "web-1")).toHaveLength(3), 20_000);
});

test("the configuration goes with its group", async () => {
  await logs.createLogGroup({ logGroupName: "gone" });
  await logs.putSyslogConfiguration({ logGroupIdentifier: "gone" });
  await logs.deleteLogGroup({ logGroupName: "gone" });
  await logs.createLogGroup({ logGroupName: "gone" });
  const { syslogConfigurations } = await logs.listSyslogConfigurations({ logGroupIdentifier: "gone" });
  expect(syslogConfigurations).toEqual([]);
});

test("a message that is older than its group keeps events is of now", async () => {
  const logGroupName = "/short";
  await logs.createLogGroup({ logGroupName });
  await logs.putRetentionPolicy({ logGroupName, retentionInDays: 1 });
  await logs.putSyslogConfiguration({ logGroupIdentifier: logGroupName });
  await sendTcp("<14>Oct 30 11:00:00 late app: old\n<14>Nov  2 11:59:00 late app: new\n");
  await vi.waitFor(async () => expect(await stored(logGroupName, "late")).toEqual(["new", "old"]), 20_000);
});
