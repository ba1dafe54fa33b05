// Metrics that came as OTLP are found by matchers of every kind, within a window, and after a restart.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { PromqlMatcher } from "../core/promql/expression.ts";
import type { PromqlSelection } from "../core/promql/series.ts";
import { createOtlpMetrics, otlpReadLimits, TooMuchSelected } from "./otlp-metrics.ts";
import { openTelemetry } from "./telemetry/open.ts";
import type { Telemetry } from "./telemetry.ts";

const now = Date.now();
let folder: string;
let telemetry: Telemetry;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "groundwatch-otlp-"));
  telemetry = openTelemetry({ folder });
  await createOtlpMetrics(telemetry).write(
    1,
    [...samples("web", [1, 2, 3]), ...samples("db", [7, 8, 9])],
    now,
  );
});

afterAll(async () => {
  await telemetry.close();
  await rm(folder, { recursive: true });
});

/** A minute apart, the last one now. */
function samples(host: string, values: readonly number[]) {
  const labels = { __name__: "load.average", __type__: "gauge", host, "@aws.account": "123456789012" };
  return values.map((value, index) => ({
    labels: host === "db" ? { ...labels, replica: "a\nb" } : labels,
    at: now - (values.length - 1 - index) * 60_000,
    value,
  }));
}

const matcher = (label: string, operator: PromqlMatcher["operator"], value: string) => ({
  label,
  operator,
  value,
});

async function read(matchers: readonly PromqlMatcher[], window: Partial<PromqlSelection> = {}, world = 1) {
  const selection = { key: "", matchers, fromMs: now - 300_000, toMs: now, ...window };
  const series = await createOtlpMetrics(telemetry).read(world, selection, now);
  return series
    .map(({ labels, samples: found }) => `${labels["host"]} ${found.map(({ value }) => value).join(" ")}`)
    .toSorted();
}

const named = matcher("__name__", "=", "load.average");

test.each([
  [[named], ["db 7 8 9", "web 1 2 3"]],
  [[matcher("@datapoint.@name", "=~", "load.*"), matcher("@datapoint.host", "=", "web")], ["web 1 2 3"]],
  [[named, matcher("host", "!=", "web"), matcher("@aws.account_id", "=", "123456789012")], ["db 7 8 9"]],
  [[named, matcher("host", "=~", "we")], []],
  [[named, matcher("host", "=~", "we|d.")], ["db 7 8 9"]],
  [[named, matcher("host", "!~", "w.b")], ["db 7 8 9"]],
  [[named, matcher("replica", "=", "")], ["web 1 2 3"]],
  [[named, matcher("replica", "=~", "a.b")], ["db 7 8 9"]],
  [[named, matcher("__type__", "=", "counter")], []],
])("%j", async (matchers, expected) => {
  expect(await read(matchers)).toEqual(expected);
});

test("samples of more than fifteen days ago are gone, whether they were erased yet or not", async () => {
  const selection = { key: "", matchers: [named], fromMs: now - 300_000, toMs: now };
  const readAt = (at: number) => createOtlpMetrics(telemetry).read(1, selection, at);
  const fifteenDays = 15 * 86_400_000;
  expect(await readAt(now + fifteenDays)).toEqual([]);
  expect(await readAt(now + fifteenDays - 60_001)).toMatchObject([
    { samples: [{ value: expect.any(Number) as number }, {}] },
    { samples: [{}, {}] },
  ]);
});

test("more series than one statement reads", async () => {
  const many = Array.from({ length: 350 }, (_, index) => ({
    labels: { __name__: "many", host: `h${index}` },
    at: now,
    value: index,
  }));
  await createOtlpMetrics(telemetry).write(3, many, now);
  expect(await read([matcher("__name__", "=", "many")], {}, 3)).toEqual(
    many.map(({ labels, value }) => `${labels.host} ${value}`).toSorted(),
  );
});

test("samples after the beginning of a window, and not after its end; no other world's", async () => {
  const window = { fromMs: now - 120_000, toMs: now - 60_000 };
  expect(await read([named], window)).toEqual(["db 8", "web 2"]);
  expect(await read([named], { fromMs: now, toMs: now + 60_000 })).toEqual([]);
  expect(await read([named], {}, 2)).toEqual([]);
});

test("labels come back as they were put, but for what says how they came", async () => {
  const selection = { key: "", matchers: [named, matcher("host", "=", "db")], fromMs: now - 1, toMs: now };
  expect(await createOtlpMetrics(telemetry).read(1, selection, now)).toEqual([
    {
      labels: { __name__: "load.average", host: "db", replica: "a\nb", "@aws.account": "123456789012" },
      samples: [{ at: now, value: 9 }],
    },
  ]);
});

test("one sample counts for an instant; numbers that are none come back", async () => {
  const of = (value: number, ms: number) => ({ labels: { __name__: "odd", host: "x" }, at: now - ms, value });
  const values = [of(Number.POSITIVE_INFINITY, 3), of(Number.NEGATIVE_INFINITY, 2), of(Number.NaN, 1)];
  const metrics = createOtlpMetrics(telemetry);
  await metrics.write(1, [...values, of(4, 0)], now);
  await metrics.write(1, [of(4, 0)], now);
  expect(await read([matcher("__name__", "=", "odd")])).toEqual(["x Infinity -Infinity NaN 4"]);
});

test("a selector that matches too many series is refused", async () => {
  const many = Array.from({ length: otlpReadLimits.series + 1 }, (_, index) => ({
    labels: { __name__: "many", host: String(index) },
    at: now,
    value: index,
  }));
  await createOtlpMetrics(telemetry).write(3, many, now);
  const selector = [matcher("__name__", "=", "many")];
  await expect(read(selector, {}, 3)).rejects.toThrow(TooMuchSelected);
  expect(await read([...selector, matcher("host", "=", "77")], {}, 3)).toEqual(["77 77"]);
});

test("what was stored is found when the store is opened again", async () => {
  await telemetry.close();
  telemetry = openTelemetry({ folder });
  expect(await read([named])).toEqual(["db 7 8 9", "web 1 2 3"]);
});
