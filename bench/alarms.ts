// `npm run bench:alarms [-- --alarms N --expressions N --minutes N]`: how long the evaluation of many alarms
// that are due in the same minute takes, with and without changes, while metric data comes in at half its
// budget.
import { parseArgs } from "node:util";
import { Agent } from "node:http";
import { cloudWatch, type Call, load, send } from "./load.ts";
import { useOf } from "./process-tree.ts";
import { account, startServer } from "./server.ts";

const { values } = parseArgs({
  options: {
    alarms: { type: "string", default: "10000" },
    /** Further alarms, each on an expression over two metrics. */
    expressions: { type: "string", default: "0" },
    /** How many evaluations are timed, each kind. */
    minutes: { type: "string", default: "4" },
    /** Each alarm notifies a topic that does not exist: its actions are performed, and given up. */
    actions: { type: "boolean", default: false },
    /** Datums a second meanwhile: half of the budget of PutMetricData. */
    ingest: { type: "string", default: "25000" },
  },
});
const connections = 64;
const minuteMs = 60_000;
const budgetMs = 5_000;
const namespace = "Bench/Alarms";
const alarms = Number(values.alarms);
const expressions = Number(values.expressions);

// Signatures are of the machine's time, which the manual clock leaves behind.
const flags = ["--clock", "manual", "--account", account, "--auth", "off"];
const server = await startServer(".", flags);
const agent = new Agent({ keepAlive: true, maxSockets: connections });
try {
  await putAlarms();
  const first = await evaluation();
  console.log(`the first minute, no data yet: ${figuresOf([first])}`);
  for (const [name, valueOf] of [
    ["nothing changes", () => 1],
    ["every alarm changes", (minute: number) => (minute % 2 === 0 ? 99 : 1)],
  ] as const) {
    await timeMinutes(name, valueOf, 0);
    await timeMinutes(`${name}, ${values.ingest} datums/s`, valueOf, Number(values.ingest));
  }
} finally {
  agent.destroy();
  await server.stop();
}

async function putAlarms(): Promise<void> {
  const begunAt = performance.now();
  await all(alarms + expressions, (index) =>
    cloudWatch("PutMetricAlarm", {
      AlarmName: `alarm-${index}`,
      EvaluationPeriods: 1,
      Threshold: 50,
      ComparisonOperator: "GreaterThanThreshold",
      ...(values.actions ? { AlarmActions: [`arn:aws:sns:us-east-1:${account}:operators`] } : {}),
      ...(index < alarms
        ? { Namespace: namespace, ...metricOf(index), Period: 60, Statistic: "Average" }
        : { Metrics: [statOf("m", index - alarms), statOf("n", 0), { Id: "e", Expression: "m + n * 0" }] }),
    }),
  );
  const took = (performance.now() - begunAt) / 1_000;
  console.error(`${alarms + expressions} alarms put in ${took.toFixed(1)} s`);
}

function metricOf(index: number) {
  const Dimensions = [{ Name: "host", Value: `host-${Math.floor(index / 20)}` }];
  return { MetricName: `metric-${index % 20}`, Dimensions };
}

function statOf(Id: string, index: number) {
  const Metric = { Namespace: namespace, ...metricOf(index) };
  return { Id, MetricStat: { Metric, Period: 60, Stat: "Average" }, ReturnData: false };
}

/** Data for every alarm, then a minute: what is timed is the evaluation and what follows at once. */
async function timeMinutes(name: string, valueOf: (minute: number) => number, rate: number): Promise<void> {
  const took: Evaluation[] = [];
  for (let minute = 0; minute < Number(values.minutes); minute++) {
    const Value = valueOf(minute);
    const perCall = 500;
    await all(Math.ceil(alarms / perCall), (call) =>
      putMetricData(perCall, (datum) => ({
        ...metricOf(call * perCall + datum),
        Value,
      })),
    );
    const ingest = rate === 0 ? undefined : ingestDuring(rate);
    if (ingest !== undefined) await new Promise((resolve) => setTimeout(resolve, 1_000));
    took.push(await evaluation());
    await ingest;
  }
  console.log(`${name.padEnd(44)} ${figuresOf(took)}  (budget ${budgetMs})`);
}

/** Of an evaluation, in milliseconds; the CPU time of what comes in meanwhile included. */
interface Evaluation {
  readonly tookMs: number;
  readonly serverCpuMs: number;
  readonly engineCpuMs: number;
}

async function evaluation(): Promise<Evaluation> {
  const before = useOf(server.pid);
  const tookMs = await advance();
  const after = useOf(server.pid);
  const engineCpuMs = after.childCpuMs - before.childCpuMs;
  return { tookMs, serverCpuMs: after.cpuMs - before.cpuMs - engineCpuMs, engineCpuMs };
}

function figuresOf(evaluations: readonly Evaluation[]): string {
  const sorted = evaluations.toSorted((one, other) => one.tookMs - other.tookMs);
  const text = (name: keyof Evaluation, one = sorted[Math.floor(sorted.length / 2)]) =>
    (one?.[name] ?? 0).toFixed(0).padStart(6);
  return (
    `median ${text("tookMs")} ms  highest ${text("tookMs", sorted.at(-1))} ms  ` +
    `CPU of the server ${text("serverCpuMs")} ms, of the engine ${text("engineCpuMs")} ms`
  );
}

/** Longer than an evaluation takes, so that all of it has company. */
async function ingestDuring(rate: number): Promise<void> {
  const perCall = 100;
  const durationMs = budgetMs + 1_000;
  const { calls, elapsedMs, failures } = await load(
    server.endpoint,
    (index) =>
      putMetricData(perCall, (datum) => ({
        MetricName: `metric-${datum % 20}`,
        Dimensions: [{ Name: "zone", Value: `zone-${(index * 5 + Math.floor(datum / 20)) % 100}` }],
        Value: datum,
      })),
    { durationMs, connections, rate: rate / perCall },
  );
  const reached = ((calls * perCall * 1_000) / elapsedMs).toFixed(0);
  console.error(`  beside it ${reached} datums/s, ${failures} calls failed`);
}

async function advance(): Promise<number> {
  const begunAt = performance.now();
  await ask({
    service: "groundwatch",
    target: "Groundwatch_20261101.AdvanceClock",
    contentType: "application/x-amz-json-1.1",
    body: JSON.stringify({ Milliseconds: minuteMs }),
  });
  return performance.now() - begunAt;
}

async function all(calls: number, next: (index: number) => Call): Promise<void> {
  let left = calls;
  async function connection(): Promise<void> {
    while (left > 0) await ask(next(--left));
  }
  await Promise.all(Array.from({ length: connections }, connection));
}

async function ask(call: Call): Promise<void> {
  const status = await send(server.endpoint, agent, call);
  if (status !== 200) throw new Error(`${call.target}: answered with ${status}`);
}

function putMetricData(count: number, datum: (index: number) => object): Call {
  const MetricData = Array.from({ length: count }, (_, index) => datum(index));
  return cloudWatch("PutMetricData", { Namespace: namespace, MetricData });
}
