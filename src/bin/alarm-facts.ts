// How alarms see and are defined, put together from the stores and from the services' own code.
import type { Dependencies } from "../services/dependencies.ts";
import type { AlarmEvaluationFacts } from "../services/groundwatch/context.ts";
import { createAlarmReader } from "../storage/alarm-datapoints.ts";
import type { SeriesSource } from "../storage/series-source.ts";
import type { Service } from "../wire/service.ts";
import { createLogQuerySource } from "./log-query-source.ts";
import type { CreateServices } from "./services.ts";

/** The series that alarms and anomaly detectors look at. */
export function seriesOf(dependencies: Dependencies): SeriesSource {
  return async (question) => {
    const { createSeriesSource } = await import("../services/cloudwatch/series-source.ts");
    return createSeriesSource(dependencies)(question);
  };
}

export interface AlarmFacts extends AlarmEvaluationFacts {
  /** Makes the services as before, and notes the one that runs the queries of log alarms. */
  noting(createServices: CreateServices): CreateServices;
}

/** The SDK package behind expressions and definitions is loaded when the first needs it. */
export function alarmFactsOf(dependencies: Dependencies, settleMs: number): AlarmFacts {
  let logsService: Service | undefined;
  const reader = createAlarmReader({
    ...dependencies,
    series: seriesOf(dependencies),
    logs: createLogQuerySource(() => logsService, dependencies.clock),
  });
  return {
    reader,
    settleMs,
    async define(definition, world, now) {
      const { definedAlarm } = await import("../services/cloudwatch/defined-alarm.ts");
      return definedAlarm(definition, world, now, dependencies.linkedAccounts);
    },
    noting: (createServices) => (given, own) => {
      const services = createServices(given, own);
      logsService = services.find(({ model }) => model.name === "cloudwatch-logs");
      return services;
    },
  };
}
