// Buckets are the same whether core or the store puts a value into one, for every value that CloudWatch
// takes.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bucketOf, bucketSql } from "../../core/metrics/histogram.ts";
import { metricLimits } from "../../core/metrics/limits.ts";
import { joinSql, rawSql, sql } from "../../core/sql.ts";
import type { Telemetry } from "../telemetry.ts";
import { openTelemetry } from "./open.ts";

let folder: string;
let telemetry: Telemetry;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "groundwatch-buckets-"));
  telemetry = openTelemetry({ folder });
});

afterAll(async () => {
  await telemetry.close();
  await rm(folder, { recursive: true });
});

async function bucketsInStore(values: readonly number[]): Promise<readonly number[]> {
  const list = joinSql(
    values.map((value) => sql`reinterpretAsFloat64(unhex(${bytesOf(value)}))`),
    ", ",
  );
  const [row] = await telemetry.query<{ buckets: readonly number[] }>(
    sql`SELECT arrayMap(value -> ${bucketSql(rawSql("value"))}, [${list}]) AS buckets`,
  );
  return row?.buckets ?? [];
}

/** The bytes of a double, so that no number is read from a text on the way. */
function bytesOf(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes.toString("hex");
}

/** Next to an edge of buckets, the two logarithms may round apart. */
function isAtEdge(value: number): boolean {
  const near = 1e-12 * Math.abs(value);
  return bucketOf(value - near) !== bucketOf(value + near);
}

test("every value has one bucket", async () => {
  const { magnitude } = metricLimits;
  const value = fc.oneof(
    fc.double({ min: -magnitude, max: magnitude, noNaN: true }),
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    fc.integer({ min: -1_000, max: 1_000 }),
    fc.integer({ min: -360, max: 360 }).map((exponent) => 2 ** exponent),
  );
  const law = fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 200 }), async (values) => {
    const found = await bucketsInStore(values);
    expect(found).toHaveLength(values.length);
    const apart = values.filter((one, index) => {
      const distance = Math.abs((found[index] ?? Number.NaN) - bucketOf(one));
      return !(distance <= (isAtEdge(one) ? 1 : 0));
    });
    expect(apart).toEqual([]);
  });
  await fc.assert(law, { numRuns: 50 });
});

test("zero, the ends of what is taken, and what is smaller", async () => {
  const { magnitude } = metricLimits;
  const values = [0, -0, magnitude, -magnitude, 1 / magnitude, -1 / magnitude, 5e-324, 1, -1];
  expect(await bucketsInStore(values)).toEqual(values.map((value) => bucketOf(value)));
});
