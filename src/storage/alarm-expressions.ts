// Reads what alarms on expressions look at: the series of many alarms at once, then each is computed.
import { isComputed, watchedQuery, type MetricAlarm } from "../core/alarms/alarm.ts";
import { readingOfResults, type AlarmReading } from "../core/alarms/alarm-reading.ts";
import { periodsOf, type AlarmWindow } from "../core/alarms/alarm-window.ts";
import type { SeriesNeed } from "../core/metrics/math/needs.ts";
import { notLinked } from "../core/linked-accounts.ts";
import { isPlanProblem, planQueries, type QueryPlan } from "../core/metrics/math/plan.ts";
import { evaluatePlan, type FetchedSeries } from "../core/metrics/math/queries.ts";
import type { AlarmWorld } from "./alarms.ts";
import type { SeriesSource } from "./series-source.ts";

/**
 * How many alarms share a read, and how many reads of queries go on at a time. Those that ask functions only
 * wait, and do not hold up the others; no more of them than are called at a time, so that none waits in vain.
 */
const alarmsPerRead = 500;
const readsAtOnce = 8;
const functionReadsAtOnce = 64;

interface AlarmInWindow {
  readonly alarm: MetricAlarm;
  readonly window: AlarmWindow;
}

interface Planned extends AlarmInWindow {
  readonly plan: QueryPlan;
}

export interface ComputedParts {
  readonly series: SeriesSource;
  /** Whether the alarms may see what is in another account. */
  readonly mayRead: (account: string) => boolean;
}

/** The readings of alarms on expressions by name. One that cannot be computed is a reading, too. */
export async function readComputed(
  { series: source, mayRead }: ComputedParts,
  world: AlarmWorld,
  alarms: readonly AlarmInWindow[],
  now: number,
): Promise<ReadonlyMap<string, AlarmReading>> {
  const readings = new Map<string, AlarmReading>();
  const planned = alarms.flatMap(({ alarm, window }): readonly Planned[] => {
    if (!isComputed(alarm)) return [];
    const plan = planQueries(alarm.queries ?? []);
    const refused = accountsOf(alarm).find((account) => !mayRead(account));
    if (!isPlanProblem(plan) && refused === undefined) return [{ alarm, window, plan }];
    const problem = isPlanProblem(plan) ? plan.problem : notLinked(refused ?? "");
    readings.set(alarm.name, nothing(window, problem));
    return [];
  });
  const reads = readsOf(planned);
  const read = async (together: readonly Planned[]) => {
    for (const [name, one] of await readTogether(together)) readings.set(name, one);
  };
  const others = reads.filter((one) => !asksFunctions(one));
  const functions = reads.filter(asksFunctions);
  await Promise.all([eachOf(others, readsAtOnce, read), eachOf(functions, functionReadsAtOnce, read)]);
  return readings;

  async function readTogether(
    read: readonly Planned[],
  ): Promise<readonly (readonly [string, AlarmReading])[]> {
    const [first] = read;
    if (first === undefined) return [];
    const { from, to } = first.window;
    const rangeOf = () => ({ from, to });
    const needs = read.flatMap(({ plan }, index) => plan.needs.map((need) => renamed(need, index)));
    const answer = await source({ world, needs, rangeOf, now });
    if ("problem" in answer) {
      const [only, ...others] = read;
      if (only !== undefined && others.length === 0) {
        return [[only.alarm.name, nothing(only.window, answer.problem)]];
      }
      // One of them spoils it for all: each is read by itself.
      const apart: (readonly [string, AlarmReading])[] = [];
      for (const one of read) apart.push(...(await readTogether([one])));
      return apart;
    }
    return read.map((one, index) => {
      const reading = readingOf(one, ownSeries(one.plan, answer.series, index));
      return [one.alarm.name, answer.isCut ? { ...reading, isPartial: true } : reading];
    });
  }

  function readingOf({ alarm, window, plan }: Planned, series: FetchedSeries): AlarmReading {
    const labels = { ...world, now, offsetMinutes: 0 };
    const results = evaluatePlan(plan, series, { rangeOf: () => window, labels });
    const watched = watchedQuery(alarm);
    const isArray =
      watched !== undefined && plan.types.get(watched.id) === "TS[]" && !asksFunctions([{ plan }]);
    return readingOfResults(alarm, window, results, isArray);
  }
}

const accountsOf = ({ queries = [] }: MetricAlarm) => queries.flatMap(({ metric }) => metric?.account ?? []);

async function eachOf<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const next = items.values();
  const take = async () => {
    for (const item of next) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, take));
}

const asksFunctions = (read: readonly Pick<Planned, "plan">[]) =>
  read.some(({ plan }) => plan.needs.some(({ kind }) => kind === "function"));

/** What an alarm sees that cannot be read. */
export const nothing = (window: AlarmWindow, problem: string): AlarmReading => ({
  window,
  periods: periodsOf(window, new Map()),
  problem,
});

/** Alarms on plain metrics over the same time share a read; a query, a search or a band has its own. */
function readsOf(planned: readonly Planned[]): readonly (readonly Planned[])[] {
  const reads: Planned[][] = [];
  const open = new Map<string, Planned[]>();
  for (const one of planned) {
    const isPlain = one.plan.needs.every(({ kind }) => kind === "metric");
    const key = `${one.window.from} ${one.window.to}`;
    const read = isPlain ? open.get(key) : undefined;
    if (read !== undefined && read.length < alarmsPerRead) {
      read.push(one);
      continue;
    }
    const started = [one];
    reads.push(started);
    if (isPlain) open.set(key, started);
  }
  return reads;
}

const keyOf = (index: number, key: string) => `${index}/${key}`;

const renamed = (need: SeriesNeed, index: number): SeriesNeed => ({ ...need, key: keyOf(index, need.key) });

function ownSeries(plan: QueryPlan, series: FetchedSeries, index: number): FetchedSeries {
  return new Map(plan.needs.map(({ key }) => [key, series.get(keyOf(index, key)) ?? []]));
}
