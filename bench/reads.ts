// `npm run bench:reads [-- --series N --segments N --records N --events N --logs]`: fills a server over HTTP
// and times what people ask of it.
import { parseArgs } from "node:util";
import { Agent } from "node:http";
import { cloudWatch, type Call, quantile, send } from "./load.ts";
import { mixedMessage } from "./log-messages.ts";
import { account, startServer } from "./server.ts";

const { values } = parseArgs({
  options: {
    /** Metrics to list. */
    series: { type: "string", default: "100000" },
    segments: { type: "string", default: "500000" },
    /** API calls on record. */
    records: { type: "string", default: "50000" },
    /** Log events of one group. */
    events: { type: "string", default: "2000000" },
    /** Those and nothing else. */
    logs: { type: "boolean", default: false },
    runs: { type: "string", default: "30" },
  },
});
const connections = 32;
const minuteMs = 60_000;
const longMinutes = (14 * 24 - 2) * 60;
const pageSeries = 100;
const recentMinutes = 180;
const recentSeries = 500;
const group = "/bench/reads";
const streams = 100;
const eventsPerCall = 1_000;

// A manual clock stands still while the server is filled, and makes the rollups due at once.
const server = await startServer(".", ["--clock", "manual", "--account", account]);
const agent = new Agent({ keepAlive: true, maxSockets: connections });
// The whole hour, as CloudWatch asks its callers to align their times with the period.
const startedAt = Math.floor(Date.now() / (60 * minuteMs)) * 60 * minuteMs;
const traceIds: string[] = [];
try {
  await fillLogs();
  await measureLogs();
  if (!values.logs) {
    await fill();
    await measure();
  }
} finally {
  agent.destroy();
  await server.stop();
}

async function fill(): Promise<void> {
  const series = Number(values.series);
  await put(`${series} metrics`, Math.ceil(series / 100), (index) =>
    putMetricData("Bench/Many", 100, (datum) => ({
      MetricName: `metric-${(index * 100 + datum) % 50}`,
      Dimensions: [{ Name: "host", Value: `host-${Math.floor((index * 100 + datum) / 50)}` }],
      Value: datum,
    })),
  );
  // Two weeks less two hours, so that the oldest is not refused when the clock has gone on.
  await putByTheMinute("Bench/Long", pageSeries, longMinutes);
  await putByTheMinute("Bench/Recent", recentSeries, recentMinutes);
  const segments = Number(values.segments);
  await put(`${segments} segments`, Math.ceil(segments / 25), () => putTraceSegments(25));
  // Every call is on record; a read writes the least.
  await put(`${values.records} records`, Number(values.records), (index) =>
    logsCall("DescribeLogGroups", { logGroupNamePrefix: `group-${index % 1_000}` }),
  );
}

/**
 * A day of events in the streams of one group by turns; one stream has had nothing since the beginning of the
 * day.
 */
async function fillLogs(): Promise<void> {
  await logs("CreateLogGroup", { logGroupName: group });
  for (const stream of ["quiet", ...Array.from({ length: streams }, (_, index) => `stream-${index}`)]) {
    await logs("CreateLogStream", { logGroupName: group, logStreamName: stream });
  }
  const calls = Math.ceil(Number(values.events) / eventsPerCall);
  const stepMs = (23 * 60 * minuteMs) / calls;
  await put(`${values.events} log events`, calls, (call) =>
    logsCall("PutLogEvents", {
      logGroupName: group,
      logStreamName: call === 0 ? "quiet" : `stream-${call % streams}`,
      logEvents: Array.from({ length: eventsPerCall }, (_, event) => {
        const timestamp = startedAt - 23.5 * 60 * minuteMs + call * stepMs + event * 10;
        return { timestamp: Math.floor(timestamp), message: mixedMessage(call * eventsPerCall + event) };
      }),
    }),
  );
}

function logsCall(operation: string, input: unknown): Call {
  return {
    service: "logs",
    target: `Logs_20140328.${operation}`,
    contentType: "application/x-amz-json-1.1",
    body: JSON.stringify(input),
  };
}

async function logs(operation: string, input: unknown): Promise<void> {
  const status = await send(server.endpoint, agent, logsCall(operation, input));
  if (status !== 200) throw new Error(`${operation}: answered with ${status}`);
}

async function putByTheMinute(namespace: string, metrics: number, minutes: number): Promise<void> {
  const perCall = 1_000;
  await put(`${metrics} metrics for ${minutes} minutes`, (minutes * metrics) / perCall, (index) =>
    putMetricData(namespace, perCall, (datum) => {
      const item = index * perCall + datum;
      return {
        MetricName: `metric-${item % metrics}`,
        Timestamp: (startedAt - (1 + Math.floor(item / metrics)) * minuteMs) / 1000,
        Value: item % 997,
      };
    }),
  );
}

async function put(what: string, calls: number, next: (index: number) => Call): Promise<void> {
  let left = calls;
  const begunAt = performance.now();
  async function connection(): Promise<void> {
    while (left > 0) {
      const status = await send(server.endpoint, agent, next(--left));
      if (status < 200 || status > 299) throw new Error(`${what}: answered with ${status}`);
    }
  }
  await Promise.all(Array.from({ length: connections }, connection));
  console.error(`${what} put in ${((performance.now() - begunAt) / 1000).toFixed(1)} s`);
}

async function measureLogs(): Promise<void> {
  const busy = (run: number) => `stream-${run % streams}`;
  const get = (more: object) => logsCall("GetLogEvents", { logGroupName: group, limit: 100, ...more });
  const noon = startedAt - 12 * 60 * minuteMs;
  const hour = { startTime: noon, endTime: noon + 60 * minuteMs };
  await time("GetLogEvents, the newest 100 of a busy stream", 50, (run) => get({ logStreamName: busy(run) }));
  await time("GetLogEvents, the newest 100 of a quiet stream", 50, () => get({ logStreamName: "quiet" }));
  await time("GetLogEvents, the first 100 of a busy stream", 50, (run) =>
    get({ logStreamName: busy(run), startFromHead: true }),
  );
  await time("GetLogEvents, 100 of a busy stream in an hour", 50, (run) =>
    get({ logStreamName: busy(run), ...hour }),
  );
  const filter = (more: object) =>
    logsCall("FilterLogEvents", { logGroupName: group, limit: 100, startTime: noon, ...more });
  await time("FilterLogEvents, 100 of all streams from noon on", 50, () => filter({}));
  await time("FilterLogEvents, 100 of a stream from noon on", 50, (run) =>
    filter({ logStreamNames: [busy(run)] }),
  );
}

async function measure(): Promise<void> {
  await time("GetMetricData, 500 series, 3 hours by the minute", 300, () =>
    getMetricData("Bench/Recent", recentSeries, 60, recentMinutes),
  );
  const read = () => getMetricData("Bench/Long", pageSeries, 3600, longMinutes);
  await time("GetMetricData, 100 series, 14 days, not rolled up", 200, read);
  const rolling = performance.now();
  const status = await send(server.endpoint, agent, {
    service: "groundwatch",
    target: "Groundwatch_20261101.AdvanceClock",
    contentType: "application/x-amz-json-1.1",
    body: JSON.stringify({ Milliseconds: 5 * minuteMs }),
  });
  if (status !== 200) throw new Error(`AdvanceClock: answered with ${status}`);
  console.error(`rolled up in ${((performance.now() - rolling) / 1000).toFixed(1)} s`);
  await time("GetMetricData, 100 series, 14 days by the hour", 200, read);
  await time("ListMetrics, a page of 500", 100, () => cloudWatch("ListMetrics", { Namespace: "Bench/Many" }));
  await time("ListMetrics by name and dimension", 100, (run) =>
    cloudWatch("ListMetrics", {
      Namespace: "Bench/Many",
      MetricName: `metric-${run % 50}`,
      Dimensions: [{ Name: "host", Value: `host-${run}` }],
    }),
  );
  await time("BatchGetTraces of 5", 20, (run) => ({
    service: "xray",
    path: "/Traces",
    contentType: "application/json",
    body: JSON.stringify({
      TraceIds: Array.from(
        { length: 5 },
        (_, trace) => traceIds[(run * 7919 + trace * 104_729) % traceIds.length],
      ),
    }),
  }));
  for (const [AttributeKey, AttributeValue] of [
    ["EventName", "CreateLogGroup"],
    ["EventName", "DescribeLogGroups"],
    ["ReadOnly", "false"],
    ["EventSource", "logs.amazonaws.com"],
  ]) {
    await time(`LookupEvents ${AttributeKey}=${AttributeValue}`, 200, () => ({
      service: "cloudtrail",
      target: "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents",
      contentType: "application/x-amz-json-1.1",
      body: JSON.stringify({ LookupAttributes: [{ AttributeKey, AttributeValue }] }),
    }));
  }
}

async function time(name: string, budgetMs: number, next: (run: number) => Call): Promise<void> {
  const took: number[] = [];
  for (let run = 0; run < Number(values.runs); run++) {
    const begunAt = performance.now();
    const status = await send(server.endpoint, agent, next(run));
    took.push(performance.now() - begunAt);
    if (status !== 200) throw new Error(`${name}: answered with ${status}`);
  }
  took.sort((one, other) => one - other);
  const [p50, p95] = [quantile(took, 0.5), quantile(took, 0.95)].map((ms) => ms.toFixed(1).padStart(8));
  console.log(`${name.padEnd(52)} p50${p50} ms  p95${p95} ms  (budget ${budgetMs})`);
}

/** The averages of all `metrics` of a namespace up to now. */
function getMetricData(namespace: string, metrics: number, periodSeconds: number, minutes: number): Call {
  return cloudWatch("GetMetricData", {
    MetricDataQueries: Array.from({ length: metrics }, (_, metric) => ({
      Id: `m${metric}`,
      MetricStat: {
        Metric: { Namespace: namespace, MetricName: `metric-${metric}` },
        Period: periodSeconds,
        Stat: "Average",
      },
    })),
    StartTime: (startedAt - minutes * minuteMs) / 1000,
    EndTime: startedAt / 1000,
  });
}

function putMetricData(namespace: string, count: number, datum: (index: number) => object): Call {
  const MetricData = Array.from({ length: count }, (_, index) => datum(index));
  return cloudWatch("PutMetricData", { Namespace: namespace, MetricData });
}

function putTraceSegments(count: number): Call {
  const epoch = Date.now() / 1000;
  const hex = (digits: number) =>
    Array.from({ length: digits }, () => Math.floor(Math.random() * 16).toString(16)).join("");
  const documents = Array.from({ length: count }, () => {
    const traceId = `1-${Math.floor(epoch).toString(16)}-${hex(24)}`;
    traceIds.push(traceId);
    return {
      name: "orders",
      id: hex(16),
      trace_id: traceId,
      start_time: epoch - 0.2,
      end_time: epoch,
      metadata: { default: { note: hex(400) } },
    };
  });
  const body = JSON.stringify({
    TraceSegmentDocuments: documents.map((document) => JSON.stringify(document)),
  });
  return { service: "xray", path: "/TraceSegments", contentType: "application/json", body };
}
