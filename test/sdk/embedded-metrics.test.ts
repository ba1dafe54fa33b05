// Log events in the embedded metric format become metrics: through PutLogEvents and through the agent's port.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { newLogGroup } from "../support/log-groups.ts";
import { startTestServer, testAccount, type TestServer } from "../support/server.ts";
import { freeUdpPort } from "../support/udp.ts";

let server: TestServer;
let logs: CloudWatchLogs;
let metrics: CloudWatch;
let emfPort: number;

beforeAll(async () => {
  emfPort = await freeUdpPort();
  server = await startTestServer({ emfPort, account: testAccount });
  logs = new CloudWatchLogs(server.clientConfig());
  metrics = new CloudWatch(server.clientConfig());
});

afterAll(() => server?.stop());

const document = (root: object, definitions: readonly object[], dimensions: readonly string[][] = [[]]) =>
  JSON.stringify({
    _aws: {
      Timestamp: server.clock.now(),
      CloudWatchMetrics: [{ Namespace: "shop", Dimensions: dimensions, Metrics: definitions }],
    },
    ...root,
  });

async function statistics(MetricName: string, options: object = {}) {
  const { Datapoints } = await metrics.getMetricStatistics({
    Namespace: "shop",
    MetricName,
    StartTime: new Date(server.clock.now() - 600_000),
    EndTime: new Date(server.clock.now() + 600_000),
    Period: 60,
    Statistics: ["SampleCount", "Sum", "Minimum", "Maximum"],
    ...options,
  });
  return Datapoints?.map(({ SampleCount, Sum, Minimum, Maximum, Unit }) => ({
    SampleCount,
    Sum,
    Minimum,
    Maximum,
    Unit,
  }));
}

describe("PutLogEvents", () => {
  test("stores the event as it is and its metrics, when it answers", async () => {
    const group = await newLogGroup(server, logs);
    const definitions = [{ Name: "latency", Unit: "Milliseconds" }];
    const one = document({ service: "cart", latency: [10, 30] }, definitions, [["service"], []]);
    const other = document({ service: "cart", latency: 20 }, definitions, [["service"], []]);
    await group.put([
      [0, one],
      [1, "plain text"],
      [2, other],
    ]);
    const expected = [{ SampleCount: 3, Sum: 60, Minimum: 10, Maximum: 30, Unit: "Milliseconds" }];
    expect(await statistics("latency")).toEqual(expected);
    expect(await statistics("latency", { Dimensions: [{ Name: "service", Value: "cart" }] })).toEqual(
      expected,
    );
    expect((await group.get()).events?.map(({ message }) => message)).toEqual([one, "plain text", other]);
    const { Metrics } = await metrics.listMetrics({ Namespace: "shop", MetricName: "latency" });
    expect(Metrics).toHaveLength(2);
  });

  test("takes the time of the metrics from the document and not from the event", async () => {
    const group = await newLogGroup(server, logs);
    const message = document({ early: 1 }, [{ Name: "early" }]);
    await group.put([[-3_600_000, message]]);
    expect(await statistics("early")).toMatchObject([{ Sum: 1 }]);
  });

  test("stores high resolution by the second", async () => {
    const group = await newLogGroup(server, logs);
    await group.put([[0, document({ quick: 4 }, [{ Name: "quick", StorageResolution: 1 }])]]);
    expect(await statistics("quick", { Period: 1 })).toMatchObject([{ Sum: 4 }]);
  });

  test("needs no header and takes the one that older clients send", async () => {
    const group = await newLogGroup(server, logs);
    const client = new CloudWatchLogs(server.clientConfig());
    client.middlewareStack.add(
      (next) => (args) => {
        const { headers } = args.request as { headers: Record<string, string> };
        headers["x-amzn-logs-format"] = "json/emf";
        return next(args);
      },
      { step: "build" },
    );
    await client.putLogEvents({
      logGroupName: group.logGroupName,
      logStreamName: "stream",
      logEvents: [{ timestamp: server.clock.now(), message: document({ headed: 7 }, [{ Name: "headed" }]) }],
    });
    expect(await statistics("headed")).toMatchObject([{ Sum: 7 }]);
  });

  test("counts what it cannot take, in metrics of the group", async () => {
    const group = await newLogGroup(server, logs);
    const good = document({ a: 1 }, [{ Name: "a" }]);
    await group.put([
      [0, document({ a: "text" }, [{ Name: "a" }])],
      [1, good.slice(0, -5)],
      [2, document({ b: 1 }, [{ Name: "b", Unit: "Bananas" }])],
    ]);
    const count = (name: string) =>
      statistics(name, {
        Namespace: "AWS/Logs",
        Dimensions: [{ Name: "LogGroupName", Value: group.logGroupName }],
      });
    expect(await count("EMFValidationErrors")).toMatchObject([{ Sum: 2, Unit: "Count" }]);
    expect(await count("EMFParsingErrors")).toMatchObject([{ Sum: 1, Unit: "Count" }]);
    expect(await statistics("a")).toEqual([]);
  });

  test("makes no metrics of events that are refused", async () => {
    const group = await newLogGroup(server, logs);
    const answer = await group.put([
      [-15 * 86_400_000, document({ refused: 1 }, [{ Name: "refused" }])],
      [0, "now"],
    ]);
    expect(answer.rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 1 });
    expect(await statistics("refused")).toEqual([]);
  });
});

describe("the agent's port", () => {
  const documentFor = (LogGroupName: string, value: number) => {
    const made = JSON.parse(document({ value }, [{ Name: LogGroupName }])) as { _aws: object };
    return JSON.stringify({ ...made, _aws: { ...made._aws, LogGroupName }, [LogGroupName]: value });
  };

  test("takes lines over TCP and datagrams over UDP, and makes the group and the stream", async () => {
    const tcp = connect(emfPort, "127.0.0.1");
    await once(tcp, "connect");
    tcp.end(`${documentFor("by-port", 2)}\n${documentFor("by-port", 3)}\n`);
    await vi.waitFor(async () => expect(await statistics("by-port")).toMatchObject([{ Sum: 5 }]));
    const udp = createSocket("udp4");
    udp.send(documentFor("by-port", 4), emfPort, "127.0.0.1");
    await vi.waitFor(async () => expect(await statistics("by-port")).toMatchObject([{ Sum: 9 }]));
    udp.close();
    const { events } = await logs.filterLogEvents({ logGroupName: "by-port" });
    expect(events?.map(({ message }) => message)).toEqual(
      [2, 3, 4].map((value) => documentFor("by-port", value)),
    );
  });
});
