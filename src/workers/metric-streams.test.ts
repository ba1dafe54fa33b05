// The worker of metric streams on the real stores: whenever data comes, whenever the server is started again,
// and whenever deliveries fail, every minute is sent with all that came of it.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fc, test as property } from "@fast-check/vitest";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createFactBoard } from "../core/facts.ts";
import { createManualClock } from "../core/manual-clock.ts";
import type { MetricStream } from "../core/metric-streams/metric-stream.ts";
import type { Blobs } from "../storage/blobs.ts";
import { openFolderBlobs } from "../storage/blobs/folder.ts";
import { createDeliveryAttempts } from "../storage/delivery-attempts.ts";
import { createMetricArrivals } from "../storage/metric-arrivals.ts";
import { createRollupLedger } from "../storage/metric-rollups.ts";
import { progressOf, startChange, streamKey, streamScope, streamsOf } from "../storage/metric-streams.ts";
import { createMetricWriter } from "../storage/metric-writer.ts";
import { openSqliteState } from "../storage/state/sqlite.ts";
import type { State } from "../storage/state.ts";
import { openTelemetry } from "../storage/telemetry/open.ts";
import type { Telemetry } from "../storage/telemetry.ts";
import { createWorlds } from "../storage/worlds.ts";
import { startMetricStreams, type MetricStreams } from "./metric-streams.ts";

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
let folder: string;
let telemetry: Telemetry;
let state: State;
let blobs: Blobs;
let startAt = Date.parse("2026-11-02T12:00:00Z");
let accounts = 100_000_000_000;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "groundwatch-streams-"));
  telemetry = openTelemetry({ folder: join(folder, "telemetry"), expiry: "caller" });
  state = await openSqliteState(join(folder, "state.db"));
  blobs = await openFolderBlobs(join(folder, "blobs"), () => startAt);
});
afterAll(async () => {
  await telemetry.close();
  await state.close();
  await rm(folder, { recursive: true });
});

const streamOf = (account: string): MetricStream => ({
  name: "all",
  account,
  region: "us-east-1",
  arn: "arn",
  firehoseArn: `arn:aws:firehose:us-east-1:${account}:deliverystream/all`,
  roleArn: "arn",
  format: "json",
  include: [],
  exclude: [],
  statistics: [],
  isRunning: true,
  createdAt: startAt,
  updatedAt: startAt,
  tags: {},
});

/** A server of one account, which can be taken down and started again on the same stores. */
async function createScene() {
  const account = String(accounts++);
  const stream = streamOf(account);
  const clock = createManualClock({ startAt, onTaskError: (error) => expect(error).toBeUndefined() });
  const worlds = createWorlds(state);
  const world = await worlds.numberOf(account, stream.region);
  let failing = false;
  let metricArrivals = createMetricArrivals(telemetry, state);
  let writer = createMetricWriter(telemetry, createRollupLedger(state), metricArrivals);
  let worker = startWorker();
  const key = streamKey(stream, stream.name);
  await streamsOf(state).put(streamScope, key, stream);
  await state.write([startChange(key, await metricArrivals.position(clock.now()))]);
  await metricArrivals.watch(world);

  function startWorker(): MetricStreams {
    return startMetricStreams({
      clock,
      state,
      telemetry,
      blobs,
      worlds,
      metricArrivals,
      deliveryAttempts: createDeliveryAttempts(state),
      facts: createFactBoard(),
      // A bucket's name with a slash is refused by the store.
      linkedAccounts: { sourcesOf: () => [] },
      targetOf: () => ({ kind: "bucket", bucket: failing ? "no/bucket" : `b${account}`, prefix: "" }),
      lagMs: 0,
      onError: (error) => expect(error).toBeUndefined(),
    });
  }

  return {
    clock,
    key,
    setFailing: (value: boolean) => void (failing = value),
    put: (name: string, timestamp: number) =>
      writer.write(
        world,
        [
          {
            namespace: "N",
            name,
            dimensions: [],
            key: `N\u0000${name}`,
            unit: "None",
            timestamp,
            resolutionSeconds: 60,
            statistics: { sampleCount: 1, sum: 1, minimum: 0, maximum: 0, histogram: new Map() },
          },
        ],
        clock.now(),
      ),
    async restart() {
      await worker.stop();
      metricArrivals = createMetricArrivals(telemetry, state);
      writer = createMetricWriter(telemetry, createRollupLedger(state), metricArrivals);
      worker = startWorker();
    },
    async end() {
      await worker.stop();
      await streamsOf(state).delete(streamScope, key);
    },
    /** The last that was sent of each minute of each metric, and how often it was sent. */
    async sent() {
      const found = new Map<string, { count: number; times: number }>();
      const bodies = await blobs.list(`b${account}`, { limit: 1_000 });
      for (const { key: name } of bodies) {
        const text = Buffer.from((await blobs.get(`b${account}`, name))!).toString();
        for (const line of text.trim().split("\n")) {
          const { metric_name, timestamp, value } = JSON.parse(line) as {
            metric_name: string;
            timestamp: number;
            value: { count: number };
          };
          const before = found.get(`${metric_name} ${timestamp}`);
          const count = Math.max(value.count, before?.count ?? 0);
          found.set(`${metric_name} ${timestamp}`, { count, times: (before?.times ?? 0) + 1 });
        }
      }
      return found;
    },
  };
}

test("a stream that waits after a failure does not wait longer when the clock is set back", async () => {
  const scene = await createScene();
  scene.setFailing(true);
  await scene.put("a", scene.clock.now());
  await scene.clock.advance(2 * minuteMs);
  scene.setFailing(false);
  const progress = progressOf(state);
  const { key, value } = (await progress.get(streamScope, scene.key))!;
  expect(value.failures).toBeGreaterThan(0);
  const hourMs = 60 * minuteMs;
  await progress.put(streamScope, key, { ...value, nextAttemptAt: value.nextAttemptAt + 2 * hourMs });
  await scene.clock.advance(minuteMs);
  expect((await scene.sent()).size).toBe(1);
  await scene.end();
  startAt = scene.clock.now();
});

type Step =
  | { readonly kind: "put"; readonly name: string; readonly agoSeconds: number }
  | { readonly kind: "advance"; readonly seconds: number }
  | { readonly kind: "restart" }
  | { readonly kind: "fail"; readonly failing: boolean };

const step = fc.oneof<fc.Arbitrary<Step>[]>(
  fc.record({
    kind: fc.constant("put" as const),
    name: fc.constantFrom("a", "b", "c"),
    agoSeconds: fc.integer({ min: -180, max: 600 }),
  }),
  fc.record({ kind: fc.constant("advance" as const), seconds: fc.constantFrom(5, 15, 20, 40, 60) }),
  fc.record({ kind: fc.constant("restart" as const) }),
  fc.record({ kind: fc.constant("fail" as const), failing: fc.boolean() }),
);

property.prop([fc.array(step, { minLength: 5, maxLength: 20 })], { numRuns: 8 })(
  "nothing that was stored is left out, and nothing is sent without a reason",
  async (steps) => {
    const scene = await createScene();
    const expected = new Map<string, number>();
    for (const one of steps) {
      if (one.kind === "restart") await scene.restart();
      else if (one.kind === "fail") scene.setFailing(one.failing);
      else if (one.kind === "advance") await scene.clock.advance(one.seconds * secondMs);
      else {
        const timestamp = scene.clock.now() - one.agoSeconds * secondMs;
        await scene.put(one.name, timestamp);
        const key = `${one.name} ${Math.floor(timestamp / minuteMs) * minuteMs}`;
        expected.set(key, (expected.get(key) ?? 0) + 1);
      }
    }
    scene.setFailing(false);
    await scene.clock.advance(15 * minuteMs);
    const sent = await scene.sent();
    expect(new Map([...sent].map(([key, { count }]) => [key, count]))).toEqual(expected);
    for (const [key, { times }] of sent) expect(times).toBeLessThanOrEqual(expected.get(key)!);
    await scene.end();
    startAt = scene.clock.now();
  },
);
