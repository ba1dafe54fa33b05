// The built-in agent: a server that was just started already has something to show.
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ clock: "system", agent: true, account: "343434343434" });
});

afterAll(async () => {
  await server?.stop();
});

test("the server's own log is in the log group /groundwatch/server", async () => {
  const logs = new CloudWatchLogs(server.clientConfig({ account: "343434343434" }));
  const messages = async () => {
    const page = await logs.filterLogEvents({ logGroupName: "/groundwatch/server" }).catch(() => undefined);
    return (page?.events ?? []).map(({ message = "{}" }) => JSON.parse(message).message);
  };
  await expect.poll(messages, { timeout: 10_000 }).toContain("listening");
});

test("the machine's own figures are there without waiting for the next full minute", async () => {
  const metrics = new CloudWatch(server.clientConfig({ account: "343434343434" }));
  const names = async () => {
    const page = await metrics.listMetrics({ Namespace: "CWAgent" });
    return (page.Metrics ?? []).map(({ MetricName }) => MetricName);
  };
  await expect.poll(names, { timeout: 10_000 }).toContain("mem_used_percent");
});
