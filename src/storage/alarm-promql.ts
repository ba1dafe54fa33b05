// Evaluates the queries of PromQL alarms: reads what they select, and says which time series they return.
import type { MetricAlarm } from "../core/alarms/alarm.ts";
import { contributorId, type AlarmReading, type ReturnedSeries } from "../core/alarms/alarm-reading.ts";
import { periodsOf, type AlarmWindow } from "../core/alarms/alarm-window.ts";
import type { PromqlExpression } from "../core/promql/expression.ts";
import { labelsKey } from "../core/promql/labels.ts";
import { parsePromql } from "../core/promql/parse.ts";
import type { PromqlValue, VectorSample } from "../core/promql/series.ts";
import type { AlarmWorld } from "./alarms.ts";
import type { OtlpMetrics } from "./otlp-metrics.ts";
import { isOfQuery, runPromqlQuery } from "./promql-queries.ts";
import { compileRe2 } from "./re2-regex.ts";
import type { Worlds } from "./worlds.ts";

const queriesAtOnce = 4;
const maximumParsed = 1_000;
/** What the evaluation of an alarm may look at, which may come every ten seconds: a second of one core. */
const samplesPerAlarm = 1_000_000;

/** What an alarm looks at of a result: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-limits.html */
const contributorLimits = {
  series: 500,
  /** Of all labels together, which are kept with the alarm; ours. */
  characters: 200_000,
} as const;

interface AlarmInWindow {
  readonly alarm: MetricAlarm;
  readonly window: AlarmWindow;
}

export interface PromqlAlarms {
  /** The readings of those of the alarms that are PromQL alarms, by their names; `now` says what is kept. */
  read(
    world: AlarmWorld,
    windows: readonly AlarmInWindow[],
    now: number,
  ): Promise<readonly (readonly [string, AlarmReading])[]>;
}

export function createPromqlAlarms(otlpMetrics: OtlpMetrics, worlds: Worlds): PromqlAlarms {
  let parsed = new Map<string, PromqlExpression>();
  return {
    async read(world, windows, now) {
      const next = windows.values();
      const readings: (readonly [string, AlarmReading])[] = [];
      const takeAlarms = async () => {
        for (const { alarm, window } of next) {
          if (alarm.promql === undefined) continue;
          readings.push([alarm.name, await readOne(world, alarm.promql.query, window, now)]);
        }
      };
      await Promise.all(Array.from({ length: queriesAtOnce }, takeAlarms));
      return readings;
    },
  };

  async function readOne(
    world: AlarmWorld,
    query: string,
    window: AlarmWindow,
    now: number,
  ): Promise<AlarmReading> {
    const nothing = { window, periods: periodsOf(window, new Map()) };
    try {
      const place = { otlpMetrics, world: await worlds.numberOf(world.account, world.region), now };
      const value = await runPromqlQuery(place, expressionOf(query), window.to, samplesPerAlarm);
      return { ...nothing, ...returnedBy(value) };
    } catch (error) {
      if (!isOfQuery(error)) throw error;
      return { ...nothing, problem: error.message };
    }
  }

  function expressionOf(query: string): PromqlExpression {
    const known = parsed.get(query);
    if (known !== undefined) return known;
    if (parsed.size >= maximumParsed) parsed = new Map();
    const expression = parsePromql(query, compileRe2);
    parsed.set(query, expression);
    return expression;
  }
}

function returnedBy(value: PromqlValue): Pick<AlarmReading, "returned" | "isPartial" | "problem"> {
  if (value.kind !== "vector") return { problem: `The query returns a ${value.kind} and no vector.` };
  const returned: ReturnedSeries[] = [];
  let characters = 0;
  for (const sample of value.vector) {
    const key = labelsKey(sample.labels);
    characters += key.length;
    if (returned.length === contributorLimits.series || characters > contributorLimits.characters) {
      return { returned, isPartial: true };
    }
    returned.push(returnedSeries(sample, key));
  }
  return { returned };
}

const returnedSeries = ({ labels, value }: VectorSample, key: string): ReturnedSeries => ({
  identity: { id: contributorId(key), attributes: labels },
  value,
});
