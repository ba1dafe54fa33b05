// How alarms see and are defined, put together from the stores and from CloudWatch's own code.
import type { Dependencies } from "../services/dependencies.ts";
import type { AlarmEvaluationFacts } from "../services/groundwatch/context.ts";
import { createAlarmReader } from "../storage/alarm-datapoints.ts";

/** The SDK package behind expressions and definitions is loaded when the first needs it. */
export function alarmFactsOf(dependencies: Dependencies, settleMs: number): AlarmEvaluationFacts {
  const reader = createAlarmReader({
    ...dependencies,
    async series(question) {
      const { createSeriesSource } = await import("../services/cloudwatch/series-source.ts");
      return createSeriesSource(dependencies)(question);
    },
  });
  return {
    reader,
    settleMs,
    async define(definition, world, now) {
      const { definedAlarm } = await import("../services/cloudwatch/defined-alarm.ts");
      return definedAlarm(definition, world, now);
    },
  };
}
