// The built-in agent: a server that was just started already has something to show.
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startAgent } from "../../src/agent/index.ts";
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

describe("under a clock that is moved by hand", () => {
  /** The minutes of a quarter of an hour in which a metric was reported. */
  async function reportedMinutes(detailed: boolean, namespace: string, name: string) {
    const own = await startTestServer();
    const { endpoint, region, credentials } = own.clientConfig();
    const failures: unknown[] = [];
    const agent = startAgent({
      clock: own.clock,
      endpoint,
      region,
      credentials,
      detailed,
      logFiles: { entries: [], folder: own.dataFolder },
      takeSelfMetrics: () => [
        { name: "Requests", unit: "Count", values: [7], counts: [1], dimensions: { Service: "xray" } },
      ],
      onError: (error) => failures.push(error),
    });
    const startAt = own.clock.now();
    try {
      await own.advance(15 * 60_000);
      expect(failures).toEqual([]);
      const metrics = new CloudWatch(own.clientConfig());
      const { Metrics: [metric] = [] } = await metrics.listMetrics({
        Namespace: namespace,
        MetricName: name,
      });
      const { Datapoints = [] } = await metrics.getMetricStatistics({
        ...(metric as { Namespace: string; MetricName: string }),
        StartTime: new Date(startAt),
        EndTime: new Date(own.clock.now() + 60_000),
        Period: 60,
        Statistics: ["Sum"],
      });
      const minutes = Datapoints.map(({ Timestamp }) => ((Timestamp?.getTime() ?? 0) - startAt) / 60_000);
      return minutes.sort((one, other) => one - other);
    } finally {
      await agent.stop();
      await own.stop();
    }
  }

  test("the machine is reported at once and then every five minutes", async () => {
    expect(await reportedMinutes(false, "CWAgent", "mem_used_percent")).toEqual([0, 5, 10, 15]);
  });

  test("the machine is reported every minute where that is asked for", async () => {
    const everyMinute = Array.from({ length: 16 }, (_, minute) => minute);
    expect(await reportedMinutes(true, "CWAgent", "mem_used_percent")).toEqual(everyMinute);
  });

  test("the server reports itself every minute", async () => {
    const everyMinute = Array.from({ length: 15 }, (_, minute) => minute + 1);
    expect(await reportedMinutes(false, "Groundwatch", "Requests")).toEqual(everyMinute);
  });
});
