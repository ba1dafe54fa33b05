// The time series of LAMBDA: asks the function that connects a data source.
import {
  dataSourceEvent,
  failedSeries,
  readDataSourceAnswer,
  type FunctionNeed,
} from "../../core/metrics/math/data-source.ts";
import type { Series, TimeRange } from "../../core/metrics/math/series.ts";
import type { ReadContext } from "./context.ts";
import { validation } from "./metric-data-queries.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_MultiDataSources-Connect-Custom.html */
const timeoutMs = { caller: 10_000, alarm: 4_500 } as const;

/**
 * A function that fails gives a series without datapoints that says why.
 * @throws ValidationException when no functions can be called here, and, for callers, when the function says
 * that its arguments are not valid
 */
export async function dataSourceSeries(
  { call, dependencies, isForAlarm = false }: ReadContext,
  need: FunctionNeed,
  rangeOf: (periodSeconds: number) => TimeRange,
): Promise<readonly Series[]> {
  const { functionName } = need;
  const { region, now, signal } = call;
  const range = rangeOf(need.periodSeconds);
  const reply = await dependencies.callDataSource({
    functionName,
    region,
    event: dataSourceEvent(need, range),
    timeoutMs: timeoutMs[isForAlarm ? "alarm" : "caller"],
    now,
    signal,
  });
  switch (reply.kind) {
    case "unconfigured":
      throw validation(
        `LAMBDA cannot call the function ${functionName}: no endpoint of lambda is configured ` +
          "(--service-endpoints).",
      );
    case "failed":
      return [failedSeries(need, reply.code, reply.problem)];
    case "answered": {
      const answer = readDataSourceAnswer(reply.body, need, range);
      if (!("invalid" in answer)) return answer;
      if (isForAlarm) return [failedSeries(need, "Validation", answer.invalid)];
      throw validation(answer.invalid);
    }
  }
}
