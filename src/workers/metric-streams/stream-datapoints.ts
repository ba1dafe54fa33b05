// Makes the datapoints of a stream: which minutes it wants, and what is stored of them.
import {
  additionalStatistics,
  isStreamed,
  type MetricStream,
  type StreamDatapoint,
} from "../../core/metric-streams/metric-stream.ts";
import { computeStatistic, type SampleSet } from "../../core/metrics/statistics.ts";
import { parseStatistic } from "../../core/metrics/statistic-names.ts";
import type { ArrivedMinute } from "../../storage/metric-arrivals.ts";
import { readDatapoints } from "../../storage/telemetry/datapoints-read.ts";
import { seriesNames, type SeriesName } from "../../storage/telemetry/series-names.ts";
import type { Telemetry } from "../../storage/telemetry.ts";

const minuteMs = 60_000;
const hourMs = 3_600_000;
const maximumKnownNames = 200_000;

export interface StreamDatapoints {
  /** Of those minutes whose metrics the stream is about. */
  of(
    stream: MetricStream,
    world: number,
    minutes: readonly ArrivedMinute[],
    now: number,
  ): Promise<readonly StreamDatapoint[]>;
}

interface WantedMinute extends ArrivedMinute {
  readonly name: SeriesName;
}

export function createStreamDatapoints(telemetry: Telemetry): StreamDatapoints {
  let names = new Map<bigint, SeriesName>();
  return {
    async of(stream, world, minutes, now) {
      await learn(
        world,
        minutes.map(({ metricId }) => metricId),
      );
      const wanted = minutes.flatMap((minute): readonly WantedMinute[] => {
        const name = names.get(minute.metricId);
        return name !== undefined && isStreamed(stream, name) ? [{ ...minute, name }] : [];
      });
      const datapoints: StreamDatapoint[] = [];
      for (const group of byHour(wanted)) datapoints.push(...(await readGroup(stream, group, now)));
      return datapoints;
    },
  };

  /** The number of a series never stands for another one, so what is known stays true. */
  async function learn(world: number, ids: readonly bigint[]): Promise<void> {
    const wanted = [...new Set(ids)];
    if (names.size + wanted.length > maximumKnownNames) names = new Map();
    const unknown = wanted.filter((id) => !names.has(id));
    for (const [id, name] of await seriesNames(telemetry, world, unknown)) names.set(id, name);
  }

  async function readGroup(
    stream: MetricStream,
    group: readonly WantedMinute[],
    now: number,
  ): Promise<readonly StreamDatapoint[]> {
    const from = Math.min(...group.map(({ minuteAt }) => minuteAt));
    const to = Math.max(...group.map(({ minuteAt }) => minuteAt)) + minuteMs;
    const samples = await readDatapoints(telemetry, {
      metricIds: [...new Set(group.map(({ metricId }) => metricId))],
      from,
      to,
      periodSeconds: 60,
      now,
      rolledUpTo: { 300: 0, 3600: 0 },
      wantsHistogram: stream.statistics.length > 0,
      sources: [{ resolution: 60, from, to }],
    });
    return group.flatMap(({ metricId, minuteAt, name }) => {
      const found = samples.get(String(metricId))?.find(({ startAt }) => startAt === minuteAt);
      return found === undefined
        ? []
        : [{ ...name, startAt: minuteAt, samples: found, additional: additional(stream, name, found) }];
    });
  }
}

/** Minutes that lie apart are read apart, so that what is between them is not read. */
function byHour(minutes: readonly WantedMinute[]): readonly (readonly WantedMinute[])[] {
  const groups = new Map<number, WantedMinute[]>();
  for (const minute of minutes) {
    const hour = Math.floor(minute.minuteAt / hourMs);
    const group = groups.get(hour) ?? [];
    groups.set(hour, group);
    group.push(minute);
  }
  return [...groups.values()];
}

/** A statistic that is not known of these samples is left out. */
function additional(stream: MetricStream, name: SeriesName, samples: SampleSet) {
  return additionalStatistics(stream, name).flatMap((statistic) => {
    const parsed = parseStatistic(statistic);
    const value = parsed === undefined ? undefined : computeStatistic(parsed, samples);
    return value === undefined ? [] : [{ statistic, value }];
  });
}
