// How alarms see and are defined, put together from the stores and from CloudWatch's own code.
import type { Dependencies } from "../services/dependencies.ts";
import type { AlarmEvaluationFacts } from "../services/groundwatch/context.ts";
import { createAlarmReader } from "../storage/alarm-datapoints.ts";
import type { SeriesSource } from "../storage/series-source.ts";

/** The series that alarms and anomaly detectors look at. */
export function seriesOf(dependencies: Dependencies): SeriesSource {
  return async (question) => {
    const { createSeriesSource } = await import("../services/cloudwatch/series-source.ts");
    return createSeriesSource(dependencies)(question);
  };
}

/** The SDK package behind expressions and definitions is loaded when the first needs it. */
export function alarmFactsOf(dependencies: Dependencies, settleMs: number): AlarmEvaluationFacts {
  const reader = createAlarmReader({ ...dependencies, series: seriesOf(dependencies) });
  return {
    reader,
    settleMs,
    async define(definition, world, now) {
      const { definedAlarm } = await import("../services/cloudwatch/defined-alarm.ts");
      return definedAlarm(definition, world, now);
    },
  };
}
