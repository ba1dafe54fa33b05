// What every implementation of the telemetry port keeps, run on the embedded engine and over HTTP.
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rawSql, sql } from "../../core/sql.ts";
import type { StatementCost, Telemetry } from "../telemetry.ts";
import { anyRow, anyText, columnsOf, expectedRow, plainRow, readBack } from "./every-type.contract.ts";
import { contractTables } from "./testing/contract-tables.ts";
import type { ColumnsFor } from "./table.ts";

/** One store that can be opened several times, one after the other. */
export interface TelemetryStore {
  /** The tables are `contractTables`. */
  open(expiry: "engine" | "caller"): Telemetry;
  /** SIGKILLs the engine. */
  kill(): Promise<void>;
  dispose(): Promise<void>;
}

type ContractTable = keyof typeof contractTables;

/** The port's own types name the real tables; here it has others. */
function append<Name extends ContractTable>(
  telemetry: Telemetry,
  name: Name,
  columns: ColumnsFor<(typeof contractTables)[Name]>,
): Promise<void> {
  return telemetry.append(name as never, columns as never);
}

const dayMs = 86_400_000;
const today = Date.UTC(2026, 10, 21, 12);

const daily = (writer: number, sequences: readonly number[], timestamp = today) => ({
  writer: sequences.map(() => writer),
  timestamp: sequences.map((_, index) => timestamp - (index % 3) * dayMs),
  sequence: sequences.map(BigInt),
});

export function describeTelemetry(name: string, create: () => Promise<TelemetryStore>): void {
  describe(name, () => {
    let store: TelemetryStore;
    let telemetry: Telemetry;
    beforeAll(async () => {
      store = await create();
      telemetry = store.open("caller");
    });
    afterAll(async () => {
      await telemetry.close();
      await store.dispose();
    });

    const count = async (where: string) => {
      const rows = await telemetry.query<{ count: string }>(sql`SELECT count() AS count ${rawSql(where)}`);
      return Number(rows[0]?.count);
    };

    describe("append", () => {
      test("rows are visible to the next query", async () => {
        for (let sequence = 1; sequence <= 5; sequence++) {
          await append(telemetry, "daily", daily(1, [sequence]));
          expect(await count("FROM daily WHERE writer = 1")).toBe(sequence);
        }
      });

      test("every column type comes back as it was given", async () => {
        let run = 0;
        await fc.assert(
          fc.asyncProperty(fc.array(anyRow, { minLength: 1, maxLength: 20 }), async (rows) => {
            run += 1;
            await append(telemetry, "every_type", columnsOf(run, rows));
            const stored = await telemetry.query(readBack(run));
            expect(stored).toEqual(rows.map(expectedRow));
          }),
          {
            numRuns: 25,
            examples: [
              [[{ ...plainRow, text: "it's \0 a \\ \n\n\t\r 😀 \u2028; --", huge: 2n ** 64n - 1n }]],
            ],
          },
        );
      });

      test("texts of every length around the steps of a length prefix", async () => {
        const lengths = [0, 1, 42, 43, 47, 48, 127, 128, 5461, 5462, 16_383, 16_384, 70_000];
        const rows = lengths.flatMap((length) => [
          { ...plainRow, text: "a".repeat(length) },
          { ...plainRow, text: "é".repeat(length) },
        ]);
        await append(telemetry, "every_type", columnsOf(1_000_000, rows));
        const stored = await telemetry.query<{ text: string }>(readBack(1_000_000));
        expect(stored.map(({ text }) => text)).toEqual(rows.map(({ text }) => text));
      });

      test("a wrong append harms no other that waits with it", async () => {
        const good = [1, 2, 3].map((part) => append(telemetry, "daily", daily(2, [part])));
        const wrong = { ...daily(2, [4]), sequence: [-1n] };
        await expect(append(telemetry, "daily", wrong)).rejects.toThrow(RangeError);
        const uneven = { ...daily(2, [4]), writer: [] };
        await expect(append(telemetry, "daily", uneven)).rejects.toThrow(TypeError);
        const later = append(telemetry, "daily", daily(2, [5]));
        await Promise.all([...good, later]);
        const rows = await telemetry.query(
          sql`SELECT sequence FROM daily WHERE writer = 2 ORDER BY sequence`,
        );
        expect(rows).toEqual(["1", "2", "3", "5"].map((sequence) => ({ sequence })));
      });

      test("a batch over more than a hundred partitions is stored", async () => {
        const days = Array.from({ length: 101 }, (_, day) => day);
        await append(telemetry, "daily", {
          writer: days.map(() => 3),
          timestamp: days.map((day) => today - day * dayMs),
          sequence: days.map(BigInt),
        });
        expect(await count("FROM daily WHERE writer = 3")).toBe(101);
        await telemetry.truncate(); // every later mutation would rewrite all those parts
      });

      test("materialized columns are computed", async () => {
        await append(telemetry, "every_type", columnsOf(1_000_001, [plainRow, plainRow]));
        expect(await telemetry.query(sql`SELECT doubled FROM every_type WHERE run = 1000001`)).toEqual([
          { doubled: 0 },
          { doubled: 2 },
        ]);
      });
    });

    describe("query", () => {
      test("any text, number and list is a literal", async () => {
        const integer = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
        const double = fc.double({ noNaN: true, noDefaultInfinity: true });
        await fc.assert(
          fc.asyncProperty(anyText, fc.array(anyText), integer, double, async (value, list, whole, real) => {
            const rows = await telemetry.query(
              sql`SELECT ${value} AS value, ${list} AS list,
                toInt64(${whole}) AS whole, toFloat64(${real}) AS real`,
            );
            expect(rows).toEqual([{ value, list, whole: String(whole), real: real === 0 ? 0 : real }]);
          }),
          { numRuns: 60 },
        );
      });

      test("no rows are an empty list", async () => {
        expect(await telemetry.query(sql`SELECT 1 AS one WHERE 0`)).toEqual([]);
      });

      test("a statement keeps settings of its own, and leaves none behind", async () => {
        await telemetry.query(sql`SELECT 1 AS one SETTINGS max_block_size = 17`);
        expect(await telemetry.query(sql`SELECT getSetting('max_block_size') AS size`)).not.toEqual([
          { size: "17" },
        ]);
      });

      test("a syntax error is an invalid query", async () => {
        await expect(telemetry.query(sql`SELEKT 1`)).rejects.toMatchObject({ problem: "InvalidQuery" });
      });

      const endless = sql`SELECT max(sipHash64(number)) AS most FROM numbers(100000000000)`;
      const ended = async () => {
        await expect
          .poll(() => count("FROM system.processes WHERE query LIKE '%sipHash64(number)%100000000000%'"), {
            timeout: 10_000,
          })
          .toBe(1); // the question itself
      };

      test("a query that takes too long ends, also in the engine", async () => {
        const query = telemetry.query(endless, { timeoutMs: 300 });
        await expect(query).rejects.toMatchObject({ problem: "Timeout" });
        await ended();
      });

      test("an aborted query ends, also in the engine", async () => {
        const abort = new AbortController();
        const query = telemetry.query(endless, { signal: abort.signal });
        setTimeout(() => abort.abort(), 100);
        await expect(query).rejects.toMatchObject({ problem: "Cancelled" });
        await ended();
        await expect(telemetry.query(endless, { signal: abort.signal })).rejects.toMatchObject({
          problem: "Cancelled",
        });
      });

      test("tells what it has cost, with the same rows as without", async () => {
        const statement = sql`
          SELECT number, toString(number) AS text FROM numbers(1000) WHERE number % 499 = 1`;
        const costs: StatementCost[] = [];
        const rows = await telemetry.query(statement, { onCost: (cost) => costs.push(cost) });
        expect(rows).toEqual(await telemetry.query(statement));
        expect(rows).toHaveLength(3);
        expect(costs).toMatchObject([{ rowsRead: 1_000, bytesRead: 8_000 }]);
        const none = await telemetry.query(sql`SELECT 1 AS one WHERE one = 2`, {
          onCost: (cost) => costs.push(cost),
        });
        expect(none).toEqual([]);
        expect(costs).toHaveLength(2);
      });

      test("one that takes long tells its memory, and what it has read so far", async () => {
        const costs: StatementCost[] = [];
        const progress: number[] = [];
        await telemetry.query(
          sql`SELECT count(), sleep(0.9) FROM (SELECT groupArray(number) FROM numbers(100000))`,
          {
            onCost: (cost) => costs.push(cost),
            onProgress: ({ rowsRead }) => progress.push(rowsRead),
          },
        );
        expect(costs[0]!.memoryPeakBytes).toBeGreaterThan(100_000);
        expect(progress.at(-1)).toBe(100_000);
      });

      test("rows, bytes and memory are bounded, and the engine goes on", async () => {
        const numbers = sql`SELECT number FROM numbers(100000)`;
        for (const options of [{ maxRows: 99_999 }, { maxResultBytes: 100_000 }]) {
          await expect(telemetry.query(numbers, options)).rejects.toMatchObject({
            problem: "ResultTooLarge",
          });
        }
        const greedy = sql`SELECT length(groupArray(number)) AS length FROM numbers(1000000000)`;
        await expect(telemetry.query(greedy)).rejects.toMatchObject({ problem: "MemoryLimit" });
        expect(await telemetry.query(numbers, { maxRows: 100_000 })).toHaveLength(100_000);
      });

      test("what a failed query had put out is in no later answer", async () => {
        const failing = sql`SELECT number, throwIf(number = 199) FROM numbers(200)
          SETTINGS max_block_size = 10`;
        const failures = Array.from({ length: 12 }, () => telemetry.query(failing));
        for (const { status } of await Promise.allSettled(failures)) expect(status).toBe("rejected");
        const answers = await Promise.all(
          failures.map(() => telemetry.query(sql`SELECT 1 AS one, sleep(0.02) AS slept`)),
        );
        expect(answers).toEqual(failures.map(() => [{ one: 1, slept: 0 }]));
      });

      test("more queries than sessions are all answered", async () => {
        const answers = await Promise.all(
          Array.from({ length: 40 }, (_, index) => telemetry.query(sql`SELECT toUInt8(${index}) AS index`)),
        );
        expect(answers.flat()).toEqual(Array.from({ length: 40 }, (_, index) => ({ index })));
      });
    });

    describe("execute", () => {
      test("inserts from a select, and deletes", async () => {
        await append(telemetry, "daily", daily(4, [1, 2, 3]));
        await telemetry.execute(
          sql`INSERT INTO daily SELECT 5, timestamp, sequence FROM daily WHERE writer = 4`,
        );
        await telemetry.execute(sql`DELETE FROM daily WHERE writer = 4`);
        expect(await count("FROM daily WHERE writer = 4")).toBe(0);
        expect(await count("FROM daily WHERE writer = 5")).toBe(3);
      });
    });

    describe("durability", () => {
      test("kill -9 of the engine under load: every append is stored, and stored once", async () => {
        const writer = 6;
        let sequence = 0;
        const stop = new AbortController();
        const write = async () => {
          while (!stop.signal.aborted) {
            const sequences = [0, 1, 2].map(() => ++sequence);
            await append(telemetry, "daily", daily(writer, sequences));
          }
        };
        const writers = Array.from({ length: 8 }, write);
        for (let kills = 0; kills < 4; kills++) {
          const before = await count(`FROM daily WHERE writer = ${writer}`);
          await expect
            .poll(() => count(`FROM daily WHERE writer = ${writer}`), { timeout: 10_000 })
            .toBeGreaterThan(before);
          await store.kill();
        }
        stop.abort();
        await Promise.all(writers);
        const [stored] = await telemetry.query(
          sql`SELECT count() AS count, uniqExact(sequence) AS different FROM daily WHERE writer = ${writer}`,
        );
        expect(stored).toEqual({ count: String(sequence), different: String(sequence) });
      });

      test("a query that the engine's end interrupts is asked again", async () => {
        const query = telemetry.query(sql`SELECT sum(sleepEachRow(0.1)) AS slept FROM numbers(5)`);
        await new Promise((resolve) => setTimeout(resolve, 100));
        await store.kill();
        expect(await query).toEqual([{ slept: "0" }]);
      });

      test("rows are there when the store is opened again", async () => {
        await append(telemetry, "daily", daily(7, [1, 2, 3]));
        await telemetry.close();
        await expect(telemetry.query(sql`SELECT 1`)).rejects.toMatchObject({ problem: "Unavailable" });
        telemetry = store.open("caller");
        expect(await count("FROM daily WHERE writer = 7")).toBe(3);
      });
    });

    describe("expiry", () => {
      test("by the caller: nothing goes by itself, then what is older than its days", async () => {
        await append(telemetry, "daily", daily(8, [1], today - 100 * dayMs));
        await append(telemetry, "daily", daily(8, [2], today));
        await append(telemetry, "registry", { name: ["old", "new"], seen_at: [today - 20 * dayMs, today] });
        await telemetry.execute(sql`OPTIMIZE TABLE daily FINAL`);
        expect(await count("FROM daily WHERE writer = 8")).toBe(2);
        await telemetry.expire(today);
        expect(await telemetry.query(sql`SELECT sequence FROM daily WHERE writer = 8`)).toEqual([
          { sequence: "2" },
        ]);
        expect(await telemetry.query(sql`SELECT name FROM registry`)).toEqual([{ name: "new" }]);
        await telemetry.expire(today + 20 * dayMs);
        expect(await count("FROM daily WHERE writer = 8")).toBe(0);
      });

      test("by the engine: a store changes over when it is opened so", async () => {
        const ttl = () =>
          count("FROM system.tables WHERE name IN ('daily', 'registry') AND engine_full LIKE '% TTL %'");
        expect(await ttl()).toBe(0);
        await telemetry.close();
        telemetry = store.open("engine");
        expect(await ttl()).toBe(2);
        await telemetry.close();
        telemetry = store.open("caller");
        expect(await ttl()).toBe(0);
      });
    });

    test("truncate empties every table, appends before it included", async () => {
      const before = append(telemetry, "daily", daily(9, [1, 2, 3]));
      await Promise.all([before, telemetry.truncate()]);
      for (const table of Object.keys(contractTables)) expect(await count(`FROM ${table}`)).toBe(0);
      await append(telemetry, "daily", daily(9, [1]));
      expect(await count("FROM daily")).toBe(1);
    });

    test("statistics count what was stored", async () => {
      const before = telemetry.statistics().insertedRows;
      await append(telemetry, "daily", daily(10, [1, 2]));
      expect(telemetry.statistics()).toMatchObject({
        waitingRows: 0,
        waitingBytes: 0,
        insertedRows: before + 2,
      });
    });

    test("a store that a newer version has written is refused", async () => {
      await telemetry.execute(sql`INSERT INTO schema_versions SELECT toUInt32(1000)`);
      await telemetry.close();
      telemetry = store.open("caller");
      await expect(telemetry.ready()).rejects.toThrow(/newer Groundwatch has written it/);
      await expect(append(telemetry, "daily", daily(1, [1]))).rejects.toMatchObject({
        problem: "Unavailable",
      });
    });
  });
}
