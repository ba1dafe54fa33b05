// The ingest paths with the budgets of docs/benchmarks.md, and the requests that load them.
import type { Call } from "./load.ts";

export interface Scenario {
  readonly name: string;
  readonly itemsPerCall: number;
  /** CPU of the whole server per item, in microseconds. */
  readonly budgetUs: number;
  /** Items a second on two cores, load client beside it. */
  readonly budgetRate: number;
  /** Calls to make before the clock runs; `sink` is an address that takes whatever is sent there. */
  readonly prepare: (sink: string) => readonly Call[];
  readonly call: (index: number) => Call;
}

const json10 = "application/x-amz-json-1.0";
const json11 = "application/x-amz-json-1.1";

function logsCall(operation: string, input: unknown): Call {
  return {
    service: "logs",
    target: `Logs_20140328.${operation}`,
    contentType: json11,
    body: JSON.stringify(input),
  };
}

/** A small generator with a fixed seed: the same load in every run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const random = randomNumbers(42);
const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
const hex = (digits: number) =>
  Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join("");
const words = Array.from({ length: 400 }, () => hex(3 + Math.floor(random() * 8)));
const sentence = (length: number) => Array.from({ length }, () => pick(words)).join(" ");

/** 250 bytes, an access line with words behind it. */
function plainMessage(): string {
  const below = (limit: number) => Math.floor(random() * limit);
  const request = `GET /api/${pick(words)} ${pick([200, 200, 200, 404, 500])} ${below(900)}ms`;
  const line = `10.0.${below(255)}.${below(255)} ${request} ${hex(16)} `;
  return (line + sentence(40)).slice(0, 250);
}

/** 250 bytes of JSON with six fields that are indexed by default. */
function jsonMessage(): string {
  const record = {
    level: pick(["INFO", "INFO", "WARN", "ERROR"]),
    requestId: hex(16),
    traceId: hex(32),
    service: pick(["cart", "orders", "billing"]),
    status: pick([200, 200, 404, 500]),
    path: `/api/${pick(words)}`,
  };
  const text = JSON.stringify({ ...record, message: "" });
  return JSON.stringify({ ...record, message: sentence(40).slice(0, Math.max(0, 250 - text.length)) });
}

function putLogEvents(
  name: string,
  message: () => string,
  budgetUs: number,
  budgetRate: number,
  filters: readonly (readonly [pattern: string, transformation: object])[] = [],
  subscriptions: readonly string[] = [],
): Scenario {
  const group = `/bench/${name}`;
  const streams = 8;
  const pool = Array.from({ length: 2_000 }, message);
  return {
    name,
    itemsPerCall: 100,
    budgetUs,
    budgetRate,
    prepare: (sink) => [
      logsCall("CreateLogGroup", { logGroupName: group }),
      ...Array.from({ length: streams }, (_, stream) =>
        logsCall("CreateLogStream", { logGroupName: group, logStreamName: `stream-${stream}` }),
      ),
      ...filters.map(([filterPattern, transformation], index) =>
        logsCall("PutMetricFilter", {
          logGroupName: group,
          filterName: `filter-${index}`,
          filterPattern,
          metricTransformations: [
            { metricName: `metric-${index}`, metricNamespace: "Bench", metricValue: "1", ...transformation },
          ],
        }),
      ),
      ...subscriptions.map((filterPattern, index) =>
        logsCall("PutSubscriptionFilter", {
          logGroupName: group,
          filterName: `subscription-${index}`,
          filterPattern,
          destinationArn: sink,
        }),
      ),
    ],
    call: (index) =>
      logsCall("PutLogEvents", {
        logGroupName: group,
        logStreamName: `stream-${index % streams}`,
        logEvents: Array.from({ length: 100 }, (_, event) => ({
          timestamp: Date.now(),
          message: pool[(index * 100 + event) % pool.length],
        })),
      }),
  };
}

function putMetricData(): Scenario {
  return {
    name: "PutMetricData",
    itemsPerCall: 100,
    budgetUs: 15,
    budgetRate: 50_000,
    prepare: () => [],
    call: (index) => ({
      service: "monitoring",
      target: "GraniteServiceVersion20100801.PutMetricData",
      contentType: json10,
      body: JSON.stringify({
        Namespace: "Bench",
        MetricData: Array.from({ length: 100 }, (_, datum) => ({
          MetricName: `metric-${datum % 20}`,
          Dimensions: [
            { Name: "host", Value: `host-${(index * 5 + Math.floor(datum / 20)) % 100}` },
            { Name: "zone", Value: "a" },
          ],
          Timestamp: Math.floor(Date.now() / 1000),
          Value: random() * 100,
          Unit: "Milliseconds",
        })),
      }),
    }),
  };
}

function putTraceSegments(): Scenario {
  const metadata = sentence(100).slice(0, 560);
  return {
    name: "PutTraceSegments",
    itemsPerCall: 25,
    budgetUs: 80,
    budgetRate: 10_000,
    prepare: () => [],
    call: () => {
      const epoch = Date.now() / 1000;
      const documents = Array.from({ length: 25 }, () => ({
        name: pick(["cart", "orders", "billing"]),
        id: hex(16),
        trace_id: `1-${Math.floor(epoch).toString(16)}-${hex(24)}`,
        start_time: epoch - 0.2,
        end_time: epoch,
        http: { request: { method: "GET", url: `http://shop/${pick(words)}` }, response: { status: 200 } },
        annotations: { customer: pick(words), tier: "gold" },
        metadata: { default: { note: metadata } },
        subsegments: [
          { id: hex(16), name: "db", start_time: epoch - 0.1, end_time: epoch, namespace: "remote" },
        ],
      }));
      const body = JSON.stringify({
        TraceSegmentDocuments: documents.map((document) => JSON.stringify(document)),
      });
      return { service: "xray", path: "/TraceSegments", contentType: "application/json", body };
    },
  };
}

function putEvents(): Scenario {
  return {
    name: "PutEvents",
    itemsPerCall: 10,
    budgetUs: 60,
    budgetRate: 10_000,
    prepare: () => [],
    call: (index) => ({
      service: "events",
      target: "AWSEvents.PutEvents",
      contentType: json11,
      body: JSON.stringify({
        Entries: Array.from({ length: 10 }, (_, entry) => ({
          Source: "bench.shop",
          DetailType: pick(["placed", "paid", "sent"]),
          Detail: JSON.stringify({ order: index * 10 + entry, customer: hex(12), note: sentence(20) }),
        })),
      }),
    }),
  };
}

/** Ten of each, of which some match nearly nothing, some a part and some everything. */
const plainFilters = [
  ...["ERROR", "timeout", "?WARN ?ERROR", "-INFO", "connection refused", "%user-[0-9]+%"].map(
    (pattern) => [pattern.includes(" r") ? `"${pattern}"` : pattern, {}] as const,
  ),
  ["", {}],
  ["[..., last]", {}],
  ["[first, second, ...]", {}],
  ["[first=2*, second, ...]", { defaultValue: 0 }],
] as const;
const jsonFilters = [
  ['{ $.level = "ERROR" }', {}],
  ['{ $.level = "INFO" }', { dimensions: { Path: "$.path" } }],
  ["{ $.path = * }", { dimensions: { Level: "$.level" } }],
  ["{ $.status >= 500 }", { defaultValue: 0 }],
  ['{ $.status = 2* && $.path = "/api/*" }', {}],
  ["{ $.durationMs > 900 }", { metricValue: "$.durationMs" }],
  ["{ $.missing NOT EXISTS }", {}],
  ['{ $.user.id = "none" }', {}],
  ["ERROR", {}],
  ["", {}],
] as const;

export const scenarios: readonly Scenario[] = [
  putLogEvents("PutLogEvents-plain", plainMessage, 25, 40_000),
  putLogEvents("PutLogEvents-json", jsonMessage, 35, 30_000),
  putLogEvents("PutLogEvents-filtered-plain", plainMessage, 25, 40_000, plainFilters),
  putLogEvents("PutLogEvents-filtered-json", jsonMessage, 35, 30_000, jsonFilters),
  // One that sends everything on, and one for what went wrong.
  putLogEvents("PutLogEvents-subscribed-plain", plainMessage, 25, 40_000, plainFilters, ["", '" 500 "']),
  putMetricData(),
  putTraceSegments(),
  putEvents(),
];
