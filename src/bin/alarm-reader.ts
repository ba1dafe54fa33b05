// What alarms see, put together from the stores and from CloudWatch's own way to read expressions.
import type { Dependencies } from "../services/dependencies.ts";
import { createAlarmReader, type AlarmReader } from "../storage/alarm-datapoints.ts";

/** The SDK package behind the expressions is loaded when the first is computed. */
export function assembleAlarmReader(dependencies: Dependencies): AlarmReader {
  return createAlarmReader({
    ...dependencies,
    async series(question) {
      const { createSeriesSource } = await import("../services/cloudwatch/series-source.ts");
      return createSeriesSource(dependencies)(question);
    },
  });
}
