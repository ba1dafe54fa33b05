// What every implementation of the state port must do; each runs it from its own test file.
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Change, Document, ListOptions, State } from "../state.ts";

/** `open` may be called again after a close and then sees the same data. */
export function stateContract(open: () => Promise<State>): void {
  let state: State;
  let scopes = 0;
  const newScope = () => `scope-${++scopes}-${process.pid}`;
  beforeAll(async () => {
    state = await open();
  });
  afterAll(() => state.close());

  describe("a document", () => {
    test("is found as it was written, with its version and rank", async () => {
      const scope = newScope();
      const things = state.collection<unknown>("things");
      const value = { text: 'a"\\\u0000\ud800é🦉', list: [1, null, 0.1], deep: { flag: false } };
      expect(await things.create(scope, "key", value, 7)).toBe(true);
      expect(await things.get(scope, "key")).toEqual({ scope, key: "key", value, version: 1, rank: 7 });
      expect(await things.get(scope, "KEY")).toBeUndefined();
      expect(await things.get(newScope(), "key")).toBeUndefined();
      expect(await state.collection("others").get(scope, "key")).toBeUndefined();
    });

    test("is created once, put again and again, replaced only at its version, deleted once", async () => {
      const scope = newScope();
      const things = state.collection<number>("things");
      expect(await things.create(scope, "a", 1)).toBe(true);
      expect(await things.create(scope, "a", 2)).toBe(false);
      await things.put(scope, "a", 3, 5);
      expect(await things.get(scope, "a")).toEqual({ scope, key: "a", value: 3, version: 2, rank: 5 });
      expect(await things.replace(scope, "a", 4, 1)).toBe(false);
      expect(await things.replace(scope, "a", 5, 2)).toBe(true);
      expect(await things.get(scope, "a")).toEqual({ scope, key: "a", value: 5, version: 3 });
      expect(await things.replace(scope, "b", 1, 1)).toBe(false);
      expect(await things.delete(scope, "a", 2)).toBe(false);
      expect(await things.delete(scope, "a", 3)).toBe(true);
      expect(await things.delete(scope, "a")).toBe(false);
      expect(await things.create(scope, "a", 6)).toBe(true);
      expect(await things.delete(scope, "a")).toBe(true);
    });

    test("cannot have a key that a database could not store; asking for one finds nothing", async () => {
      const scope = newScope();
      const things = state.collection<number>("things");
      for (const key of ["a\u0000b", "\ud800", "x\udc00y"]) {
        await expect(things.put(scope, key, 1)).rejects.toThrow(TypeError);
        expect(await things.get(scope, key)).toBeUndefined();
        expect(await things.getMany(scope, [key])).toEqual([]);
        expect(await things.delete(scope, key)).toBe(false);
        expect(await things.list(scope, { prefix: key, limit: 5 })).toEqual([]);
      }
      await expect(things.put(scope, "k".repeat(2_501), 1)).rejects.toThrow(RangeError);
      await expect(things.put(scope, "k", 1, Number.NaN)).rejects.toThrow(RangeError);
      await expect(state.collection("things").put(scope, "k", undefined)).rejects.toThrow(TypeError);
      const longest = "é".repeat(1_200);
      await things.put(scope, longest, 1);
      expect(await things.get(scope, longest)).toMatchObject({ value: 1 });
    });

    test("getMany answers in the order of the keys asked for, however many", async () => {
      const scope = newScope();
      const things = state.collection<number>("things");
      const numbers = Array.from({ length: 1_100 }, (_, index) => index);
      const changes = numbers.map((value): Change => ({
        kind: "put",
        collection: "things",
        scope,
        key: `k${value}`,
        value,
      }));
      expect(await state.write(changes.slice(0, 600))).toBe(true);
      expect(await state.write(changes.slice(600))).toBe(true);
      expect(await things.count(scope)).toBe(1_100);
      const asked = numbers.toReversed();
      const found = await things.getMany(scope, ["missing", ...asked.map((value) => `k${value}`)]);
      expect(found.map(({ value }) => value)).toEqual(asked);
    });
  });

  describe("a write", () => {
    test("happens whole or not at all", async () => {
      const scope = newScope();
      const things = state.collection<string>("things");
      const create = (key: string): Change => ({
        kind: "create",
        collection: "things",
        scope,
        key,
        value: key,
      });
      expect(await state.write([create("a"), create("b")])).toBe(true);
      expect(await state.write([create("c"), create("a"), create("d")])).toBe(false);
      expect(
        await state.write([create("c"), { ...create("b"), kind: "replace", version: 9 } as Change]),
      ).toBe(false);
      expect(await state.write([{ kind: "delete", collection: "things", scope, key: "zzz" }])).toBe(true);
      expect(
        await state.write([
          create("c"),
          { kind: "delete", collection: "things", scope, key: "a", version: 7 },
        ]),
      ).toBe(false);
      expect((await things.list(scope, { limit: 10 })).map(({ key }) => key)).toEqual(["a", "b"]);
      expect(await state.write([])).toBe(true);
    });

    test("of one kind whose last change does not hold leaves nothing behind", async () => {
      const scope = newScope();
      const place = (number: number) => ({ collection: "things", scope, key: `k${number}` });
      const create = (number: number): Change => ({ kind: "create", ...place(number), value: 1 });
      const replace = (number: number): Change => ({
        kind: "replace",
        ...place(number),
        value: 2,
        version: 1,
      });
      const deletion = (number: number): Change => ({ kind: "delete", ...place(number), version: 1 });
      const things = state.collection<number>("things");
      await things.put(scope, "k7", 1);
      const numbers = Array.from({ length: 8 }, (_, index) => index);
      expect(await state.write(numbers.map(create))).toBe(false);
      expect(await things.count(scope)).toBe(1);
      await things.put(scope, "k7", 1);
      expect(await state.write(numbers.slice(0, 7).map(create))).toBe(true);
      for (const change of [replace, deletion]) {
        expect(await state.write(numbers.map(change))).toBe(false);
        const found = await things.list(scope, { limit: 10 });
        expect(found.map(({ version }) => version)).toEqual([1, 1, 1, 1, 1, 1, 1, 2]);
      }
    });

    test("sees what it did itself, and deleteScope empties only its scope", async () => {
      const scope = newScope();
      const other = newScope();
      const things = state.collection<number>("things");
      await things.put(scope, "a", 1);
      await things.put(other, "a", 1);
      const step = { collection: "things", scope } as const;
      expect(
        await state.write([
          { ...step, kind: "deleteScope" },
          { ...step, kind: "create", key: "a", value: 2 },
          { ...step, kind: "replace", key: "a", value: 3, version: 1 },
        ]),
      ).toBe(true);
      expect(await things.get(scope, "a")).toMatchObject({ value: 3, version: 2 });
      expect(await things.count(other)).toBe(1);
    });

    test("of many that race to create, or to replace one version, exactly one wins", async () => {
      const scope = newScope();
      const things = state.collection<number>("things");
      const contenders = Array.from({ length: 40 }, (_, index) => index);
      const created = await Promise.all(contenders.map((index) => things.create(scope, "k", index)));
      expect(created.filter(Boolean)).toHaveLength(1);
      expect(await things.get(scope, "k")).toMatchObject({ value: created.indexOf(true), version: 1 });
      const replaced = await Promise.all(contenders.map((index) => things.replace(scope, "k", index, 1)));
      expect(replaced.filter(Boolean)).toHaveLength(1);
      expect(await things.get(scope, "k")).toMatchObject({ value: replaced.indexOf(true), version: 2 });
    });

    test("of many that cross each other's documents, none is lost and none is halved", async () => {
      const scope = newScope();
      const things = state.collection<number>("things");
      const put = (key: string, value: number): Change => ({
        kind: "put",
        collection: "things",
        scope,
        key,
        value,
      });
      const writes = Array.from({ length: 30 }, (_, index) =>
        state.write(
          index % 2 === 0 ? [put("a", index), put("b", index)] : [put("b", index), put("a", index)],
        ),
      );
      expect(await Promise.all(writes)).toEqual(writes.map(() => true));
      const [a, b] = await things.getMany(scope, ["a", "b"]);
      expect(a).toMatchObject({ version: 30 });
      expect(b).toMatchObject({ version: 30, value: a?.value });
    });
  });

  test("numbers are given out once and in order, also when everything else is erased", async () => {
    const name = newScope();
    const numbers = await Promise.all(Array.from({ length: 30 }, () => state.nextNumber(name)));
    expect(numbers.toSorted((a, b) => a - b)).toEqual(numbers.map((_, index) => index + 1));
    const things = state.collection<number>("things");
    await things.put(name, "a", 1);
    await state.eraseDocuments();
    expect(await things.get(name, "a")).toBeUndefined();
    expect(await things.count(name)).toBe(0);
    expect(await state.nextNumber(name)).toBe(31);
  });

  describe("a listing", () => {
    test("orders keys by code point, and knows no wildcards in a prefix or a part", async () => {
      const scope = newScope();
      const things = state.collection<null>("things");
      const last = "\u{10ffff}";
      const keys = ["B", "a", "a%c", "a_c", "abc", "é", "\uffff", "🦉", last, `${last}x`, "Äb"];
      for (const key of keys) await things.put(scope, key, null);
      const list = async (options: Partial<ListOptions>) =>
        (await things.list(scope, { limit: 100, ...options })).map(({ key }) => key);
      const sorted = ["B", "a", "a%c", "a_c", "abc", "Äb", "é", "\uffff", "🦉", last, `${last}x`];
      expect(await list({})).toEqual(sorted);
      expect(await list({ descending: true })).toEqual(sorted.toReversed());
      expect(await list({ prefix: "a%" })).toEqual(["a%c"]);
      expect(await list({ prefix: "a_" })).toEqual(["a_c"]);
      expect(await list({ prefix: "\u{10ffff}" })).toEqual(["\u{10ffff}", "\u{10ffff}x"]);
      expect(await list({ contains: "%" })).toEqual(["a%c"]);
      expect(await list({ contains: "b" })).toEqual(["abc", "Äb"]);
      expect(await list({ contains: "B", ignoreCase: true })).toEqual(["B", "abc", "Äb"]);
      expect(await list({ contains: "ä", ignoreCase: true })).toEqual([]);
      expect(await list({ limit: 0 })).toEqual([]);
    });

    test("by rank goes from the least, leaves out what has none, and stops at maxRank", async () => {
      const scope = newScope();
      const things = state.collection<null>("things");
      const ranks: Record<string, number | undefined> = { a: 5, b: -1.5, c: 5, d: undefined, e: 1.8e12 };
      for (const [key, rank] of Object.entries(ranks)) await things.put(scope, key, null, rank);
      const list = async (options: Partial<ListOptions>) =>
        (await things.list(scope, { limit: 100, order: "rank", ...options })).map(({ key }) => key);
      expect(await list({})).toEqual(["b", "a", "c", "e"]);
      expect(await list({ descending: true })).toEqual(["e", "c", "a", "b"]);
      expect(await list({ maxRank: 5 })).toEqual(["b", "a", "c"]);
      expect(await things.count(scope)).toBe(5);
      expect(await things.count(scope, 5)).toBe(3);
      expect(await list({ after: { key: "a", rank: 5 } })).toEqual(["c", "e"]);
      expect(await list({ after: { key: "c", rank: 5 }, descending: true })).toEqual(["a", "b"]);
      expect(await list({ order: "key", maxRank: 5 })).toEqual(["a", "b", "c"]);
    });
  });

  test("does what a map in memory does, for any sequence of operations", async () => {
    const operations = fc.array(operation, { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(operations, fc.array(page, { minLength: 1, maxLength: 5 }), async (steps, pages) => {
        const scope = newScope();
        const model = new Map<string, Document<number>>();
        for (const step of steps) {
          const change = changeOf(step, scope, model);
          expect(await state.write([change])).toBe(applyToModel(model, change));
        }
        const things = state.collection<number>("things");
        expect(await things.count(scope)).toBe(model.size);
        for (const options of pages) {
          expect(await readAll(state, scope, options)).toEqual(listModel(model, options));
        }
      }),
      { numRuns: 40 },
    );
  });

  test("does many changes as one write, whole or not at all, as it does them one after another", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(changeRun, { minLength: 1, maxLength: 5 }), async (runs) => {
        const scope = newScope();
        const model = new Map<string, Document<number>>();
        const things = state.collection<number>("things");
        for (const operations of runs) {
          const next = new Map(model);
          let holds = true;
          const changes: Change[] = [];
          for (const one of operations) {
            const change = changeOf(one, scope, next);
            changes.push(change);
            if (!applyToModel(next, change)) holds = false;
          }
          expect(await state.write(changes)).toBe(holds);
          if (holds) {
            model.clear();
            for (const [key, document] of next) model.set(key, document);
          }
          const options = { order: "key", limit: 100 } as const;
          expect(await things.list(scope, options)).toEqual(listModel(model, options));
        }
      }),
      { numRuns: 25 },
    );
  });

  test("is all there after a restart", async () => {
    const scope = newScope();
    await state.collection("things").put(scope, "kept", { yes: true }, 3);
    await state.nextNumber(scope);
    await state.close();
    state = await open();
    const kept = { scope, key: "kept", value: { yes: true }, version: 1, rank: 3 };
    expect(await state.collection("things").get(scope, "kept")).toEqual(kept);
    expect(await state.nextNumber(scope)).toBe(2);
  });
}

const keys = fc.string({ unit: fc.constantFrom("a", "B", "b", "_", "%", "é", "🦉", "/"), maxLength: 4 });
const ranks = fc.option(fc.integer({ min: -3, max: 3 }), { nil: undefined });
const operation = fc.record({
  kind: fc.constantFrom("create", "put", "put", "replace", "delete", "deleteAtVersion"),
  key: keys,
  value: fc.integer(),
  rank: ranks,
  stale: fc.boolean(),
});
/** Mostly of one kind, and now and then with one that breaks it. */
const changeRun = fc
  .record({
    kind: fc.constantFrom("create", "put", "replace", "delete", "deleteAtVersion"),
    numbers: fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 60 }),
    other: fc.option(operation, { nil: undefined }),
    isUnique: fc.boolean(),
  })
  .map(({ kind, numbers, other, isUnique }) => {
    const run = (isUnique ? [...new Set(numbers)] : numbers).map((number) => ({
      kind,
      key: `k${number}`,
      value: number,
      rank: number % 3 === 0 ? undefined : number % 7,
      stale: false,
    }));
    return other === undefined ? run : [...run, other, ...run];
  });
const page = fc.record(
  {
    order: fc.constantFrom("key" as const, "rank" as const),
    descending: fc.boolean(),
    prefix: keys,
    contains: fc.string({ unit: fc.constantFrom("a", "B", "b", "_"), maxLength: 2 }),
    ignoreCase: fc.boolean(),
    maxRank: fc.integer({ min: -3, max: 3 }),
    limit: fc.integer({ min: 1, max: 7 }),
  },
  { requiredKeys: ["limit"] },
);

type Operation = typeof operation extends fc.Arbitrary<infer Value> ? Value : never;

function changeOf(step: Operation, scope: string, model: Map<string, Document<number>>): Change {
  const { kind, key, value, rank, stale } = step;
  const base = { collection: "things", scope, key };
  const version = (model.get(key)?.version ?? 1) + (stale ? 1 : 0);
  const ranked = rank === undefined ? {} : { rank };
  if (kind === "delete") return { ...base, kind };
  if (kind === "deleteAtVersion") return { ...base, kind: "delete", version };
  if (kind === "replace") return { ...base, kind, value, version, ...ranked };
  return { ...base, kind: kind === "create" ? "create" : "put", value, ...ranked };
}

function applyToModel(model: Map<string, Document<number>>, change: Change): boolean {
  if (change.kind === "deleteScope") throw new Error("not generated");
  const { key, scope } = change;
  const current = model.get(key);
  if (change.kind === "create" && current !== undefined) return false;
  if ("version" in change && current?.version !== change.version) return false;
  if (change.kind === "delete") {
    model.delete(key);
    return true;
  }
  const rank = change.rank === undefined ? {} : { rank: change.rank };
  model.set(key, {
    scope,
    key,
    value: change.value as number,
    version: (current?.version ?? 0) + 1,
    ...rank,
  });
  return true;
}

function listModel(model: Map<string, Document<number>>, options: ListOptions): Document<number>[] {
  const { contains = "", maxRank } = options;
  const fold = (text: string) => (options.ignoreCase === true ? text.toLowerCase() : text);
  const byKey = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  const chosen = [...model.values()]
    .filter(({ key }) => key.startsWith(options.prefix ?? "") && fold(key).includes(fold(contains)))
    .filter(({ rank }) => (maxRank === undefined ? true : rank !== undefined && rank <= maxRank))
    .filter(({ rank }) => options.order !== "rank" || rank !== undefined)
    .toSorted((a, b) =>
      options.order === "rank" ? a.rank! - b.rank! || byKey(a.key, b.key) : byKey(a.key, b.key),
    );
  return options.descending === true ? chosen.toReversed() : chosen;
}

/** Every page, each asked for with the position of the last document of the page before. */
async function readAll(state: State, scope: string, options: ListOptions): Promise<Document<number>[]> {
  const things = state.collection<number>("things");
  const all: Document<number>[] = [];
  for (;;) {
    const last = all.at(-1);
    const found = await things.list(scope, last === undefined ? options : { ...options, after: last });
    expect(found.length).toBeLessThanOrEqual(options.limit);
    all.push(...found);
    if (found.length < options.limit) return all;
  }
}
