// Log anomalies: templates of messages, deviations of their counts, and how well both do on made-up days.
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { TemplateMiner, templateLimits } from "../templates/template-miner.ts";
import { exactTokens, templateTokens } from "../templates/tokens.ts";
import { describeAnomaly, patternRegex, patternTokens, type Anomaly } from "./anomaly.ts";
import { emptyBaseline, findDeviations, learn, type Baseline } from "./baseline.ts";
import { detect } from "./detect.ts";

describe("templates", () => {
  test("messages of one statement have one template, with wildcards where they differ", () => {
    const miner = new TemplateMiner();
    const ids = [
      "GET /orders/17 took 12ms for user ann",
      "GET /orders/99 took 7ms for user bob",
      "GET /orders/3 took 100ms for user carla",
      "payment 17 refused: card expired",
    ].map((message) => miner.add(message));
    expect(new Set(ids).size).toBe(2);
    expect(miner.template(ids[0]!)?.tokens.join("")).toBe("GET /orders/<*> took <*> for user <*>");
    expect(miner.template(ids[3]!)?.tokens.join("")).toBe("payment <*> refused: card expired");
  });

  test("JSON messages of one form have one template", () => {
    const miner = new TemplateMiner();
    const message = (level: string, path: string, latency: number) =>
      JSON.stringify({ level, path, latency, service: "cart", message: "request served" });
    const ids = [message("INFO", "/cart", 3), message("INFO", "/orders", 17), message("WARN", "/cart", 8)];
    expect(new Set(ids.map((text) => miner.add(text))).size).toBeLessThanOrEqual(2);
  });

  test("there is an end to the templates", () => {
    const miner = new TemplateMiner();
    const letters = (number: number) =>
      number.toString(36).replaceAll(/\d/g, (digit) => "ghijklmnop"[Number(digit)]!);
    for (let index = 0; index < 2 * templateLimits.templates; index++) {
      miner.add(`${letters(index)} ${letters(index * 7)} ${"x ".repeat(index % 50)}`);
    }
    expect(miner.templates.length).toBeLessThanOrEqual(templateLimits.templates + 1);
  });

  property.prop([fc.array(fc.string({ unit: "binary" }), { maxLength: 30 })])(
    "a message has the template that it was given, after any other messages and after a restart",
    (messages) => {
      const miner = new TemplateMiner();
      const ids = messages.map((message) => miner.add(message));
      const again = new TemplateMiner(miner.templates);
      for (const [index, message] of messages.entries()) {
        const id = again.add(message);
        const { length } = templateTokens(message);
        expect(again.template(id)?.tokens).toHaveLength(length);
        if (messages.indexOf(message) === messages.lastIndexOf(message)) expect(ids[index]).toBeDefined();
      }
      expect(again.templates.length).toBe(miner.templates.length);
    },
  );

  property.prop([fc.string({ maxLength: 300 })])(
    "the tokens of a short message are the message",
    (message) => {
      fc.pre(exactTokens(message).length < 200);
      expect(exactTokens(message).join("")).toBe(message);
    },
  );
});

/** Numbers that look random and are the same in every run (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function poisson(mean: number, random: () => number): number {
  if (mean > 50) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
  }
  let [count, product] = [0, random()];
  while (product > Math.exp(-mean)) {
    count += 1;
    product *= random();
  }
  return count;
}

const windowsPerDay = 288;

/** A day of five-minute windows of forty templates, some rare and some frequent, more of all by day. */
function* windowsOf(days: number, seed: number) {
  const random = randomNumbers(seed);
  const means = Array.from({ length: 40 }, (_, index) => 0.2 * 1.25 ** index);
  for (let window = 0; window < days * windowsPerDay; window++) {
    const daylight = 1 + 0.5 * Math.sin((2 * Math.PI * window) / windowsPerDay);
    const counts = new Map<string, number>();
    for (const [index, mean] of means.entries()) {
      const count = poisson(mean * daylight, random);
      if (count > 0) counts.set(`t${index}`, count);
    }
    yield { window, counts, means, daylight };
  }
}

describe("on made-up days", () => {
  test("of 70,000 counts of ordinary days hardly one deviates", () => {
    let baseline: Baseline = emptyBaseline(300_000);
    let [judged, deviating] = [0, 0];
    for (const { window, counts } of windowsOf(7, 1)) {
      const deviations = findDeviations(baseline, counts);
      if (window >= windowsPerDay) {
        judged += 40;
        deviating += deviations.length;
      }
      baseline = learn(baseline, counts, new Set(deviations.map(({ id }) => id)));
    }
    expect(judged).toBe(69_120);
    expect(deviating).toBeLessThanOrEqual(2);
  });

  test("what is five times as much, what is missing and what is new is found", () => {
    let baseline: Baseline = emptyBaseline(300_000);
    const found = { more: 0, fewer: 0, new: 0 };
    const wanted = { more: 0, fewer: 0, new: 0 };
    for (const { window, counts, means, daylight } of windowsOf(7, 2)) {
      if (window >= windowsPerDay && window % 10 === 0) {
        const index = (window / 10) % 40;
        const expected = means[index]! * daylight;
        const changed = new Map(counts);
        if (expected > 10) {
          changed.set(`t${index}`, Math.round(expected * 5));
          wanted.more += 1;
          found.more += findDeviations(baseline, changed).some(
            ({ id, kind }) => id === `t${index}` && kind === "more",
          )
            ? 1
            : 0;
          if (expected > 90) {
            changed.delete(`t${index}`);
            wanted.fewer += 1;
            found.fewer += findDeviations(baseline, changed).some(({ kind }) => kind === "fewer") ? 1 : 0;
          }
        }
        changed.set("unseen", 1);
        wanted.new += 1;
        found.new += findDeviations(baseline, changed).some(
          ({ id, kind }) => id === "unseen" && kind === "new",
        )
          ? 1
          : 0;
      }
      baseline = learn(baseline, counts, new Set());
    }
    expect(found.new).toBe(wanted.new);
    expect(found.more / wanted.more).toBeGreaterThan(0.95);
    expect(found.fewer / wanted.fewer).toBeGreaterThan(0.95);
    expect(wanted.fewer).toBeGreaterThan(20);
  });
});

describe("anomalies", () => {
  const options = { visibilityMs: 10_000, newId: () => "made" };
  const trained = (miner: TemplateMiner): Baseline => {
    const id = miner.add("request served in 5 ms");
    let baseline = emptyBaseline(8_640_000);
    for (let window = 0; window < 10; window++) baseline = learn(baseline, new Map([[id, 50]]), new Set());
    return baseline;
  };
  const windowOf = (miner: TemplateMiner, startAt: number, messages: readonly string[]) => {
    const counts = new Map<string, number>();
    const samples = new Map<string, Anomaly["samples"]>();
    for (const message of messages) {
      const id = miner.add(message);
      counts.set(id, (counts.get(id) ?? 0) + 1);
      samples.set(id, [...(samples.get(id) ?? []), { timestamp: startAt, message }]);
    }
    return { startAt, endAt: startAt + 1_000, counts, samples };
  };
  const served = Array.from({ length: 50 }, () => "request served in 5 ms");

  test("a new pattern is one anomaly however often it comes, and ends when it does not", () => {
    const miner = new TemplateMiner();
    const error = "ERROR disk sda1 is full";
    const first = detect(trained(miner), miner, windowOf(miner, 0, [...served, error, error]), [], options);
    expect(first.found).toMatchObject([
      { kind: "new", priority: "HIGH", histogram: { 0: 2 }, isActive: true },
    ]);
    const again = detect(
      first.baseline,
      miner,
      windowOf(miner, 1_000, [...served, error]),
      first.found,
      options,
    );
    expect(again.found).toEqual([]);
    expect(again.changed).toMatchObject([
      { firstSeenAt: 0, lastSeenAt: 2_000, histogram: { 0: 2, 1000: 1 } },
    ]);
    const over = detect(again.baseline, miner, windowOf(miner, 2_000, served), again.changed, options);
    expect(over.changed).toMatchObject([{ isActive: false }]);
  });

  test("a suppressed anomaly is left as it is, and a suppressed pattern has no new one", () => {
    const miner = new TemplateMiner();
    const messages = [...served, "ERROR disk sda1 is full"];
    const { baseline, found } = detect(trained(miner), miner, windowOf(miner, 0, messages), [], options);
    const [anomaly] = found;
    const runWith = (changes: Partial<Anomaly>) =>
      detect(baseline, miner, windowOf(miner, 1_000, messages), [{ ...anomaly!, ...changes }], options);
    const until = 2_001;
    expect(runWith({ suppression: { at: 1, until, isOfPattern: false } }).changed).toEqual([]);
    expect(runWith({ suppression: { at: 1, isOfPattern: true } }).changed).toEqual([]);
    expect(runWith({ suppression: { at: 1, until: 2_000, isOfPattern: false } }).changed).toMatchObject([
      { lastSeenAt: 2_000 },
    ]);
    // It was normal, and is not any more.
    const more = windowOf(
      miner,
      1_000,
      Array.from({ length: 900 }, () => "request served in 5 ms"),
    );
    const [frequent] = detect(baseline, miner, more, [], options).found;
    const known: Anomaly = { ...frequent!, isBaseline: true };
    const later = (suppression: Anomaly["suppression"]) =>
      detect(baseline, miner, more, [{ ...known, ...(suppression && { suppression }) }], options).found
        .length;
    expect(later(undefined)).toBe(1);
    expect(later({ at: 1, isOfPattern: true })).toBe(0);
    expect(later({ at: 1, isOfPattern: false })).toBe(1);
    expect(later({ at: 1, until: 2_000, isOfPattern: true })).toBe(1);
  });

  test("an anomaly that was visible long enough is normal from then on", () => {
    const miner = new TemplateMiner();
    let state = detect(trained(miner), miner, windowOf(miner, 0, [...served, "new things"]), [], options);
    let anomalies = state.changed;
    for (let at = 1_000; at <= 12_000; at += 1_000) {
      state = detect(
        state.baseline,
        miner,
        windowOf(miner, at, [...served, "new things"]),
        anomalies,
        options,
      );
      if (state.changed.length > 0) anomalies = state.changed;
    }
    expect(anomalies).toMatchObject([{ isBaseline: true }]);
    expect(findDeviations(state.baseline, windowOf(miner, 0, [...served, "new things"]).counts)).toEqual([]);
  });

  test("an anomaly tells its pattern, its values and an expression that matches its messages", () => {
    const miner = new TemplateMiner();
    const messages = ["WARN no answer from 10.0.0.1 (try 1)", "WARN no answer from 10.0.0.2 (try 1)"];
    const { found } = detect(
      trained(miner),
      miner,
      windowOf(miner, 0, [...served, ...messages]),
      [],
      options,
    );
    const [anomaly] = found;
    expect(describeAnomaly(anomaly!)).toContain("WARN no answer from <*> (try <*>)");
    expect(patternTokens(anomaly!).filter(({ isDynamic }) => isDynamic)).toEqual([
      {
        isDynamic: true,
        tokenString: "<*>",
        dynamicTokenPosition: 1,
        inferredTokenName: "IPAddress-1",
        enumerations: { "10.0.0.1": 1, "10.0.0.2": 1 },
      },
      expect.objectContaining({
        dynamicTokenPosition: 2,
        inferredTokenName: "Number-2",
        enumerations: { 1: 2 },
      }),
    ]);
    const regex = new RegExp(patternRegex(anomaly!.tokens));
    for (const message of messages) expect(message).toMatch(regex);
  });

  test("values are counted whatever they are", () => {
    const miner = new TemplateMiner();
    const values = ["constructor", "__proto__", "a1", "constructor"];
    for (const value of ["a1", "b2"]) miner.add(`the session of user ${value} was closed by the server`);
    const messages = values.map((value) => `the session of user ${value} was closed by the server`);
    const { found } = detect(
      trained(miner),
      miner,
      windowOf(miner, 0, [...served, ...messages]),
      [],
      options,
    );
    const token = patternTokens(found[0]!).find(({ isDynamic }) => isDynamic);
    expect(Object.entries(token?.enumerations ?? {})).toEqual([
      ["constructor", 2],
      ["__proto__", 1],
      ["a1", 1],
    ]);
  });
});
