// The CloudWatch API: metrics in, listed and read back.
import * as sdk from "@aws-sdk/client-cloudwatch";
import { MetricRegistry } from "../../storage/telemetry/metrics.ts";
import { metricRequestBytes } from "../../core/metrics/limits.ts";
import { defineService, type Service } from "../../wire/service.ts";
import type { Dependencies } from "../dependencies.ts";
import type { CloudWatchContext } from "./context.ts";
import { getMetricData } from "./get-metric-data.ts";
import { getMetricStatistics } from "./get-metric-statistics.ts";
import { limits } from "./limits.ts";
import { listMetrics } from "./list-metrics.ts";
import { putMetricData } from "./put-metric-data.ts";

export function createCloudWatchService(dependencies: Dependencies): Service {
  const registry = new MetricRegistry(dependencies.telemetry);
  dependencies.facts.listen("WorldReset", () => registry.forget());
  return defineService<typeof sdk, CloudWatchContext>({
    name: "cloudwatch",
    sdk,
    limits,
    handlers: {
      GetMetricData: getMetricData,
      GetMetricStatistics: getMetricStatistics,
      ListMetrics: listMetrics,
      PutMetricData: putMetricData,
    },
    requestBytes: metricRequestBytes,
    limitations: {
      GetMetricData: [
        "`Expression` is refused: metric math and Metrics Insights",
        "dynamic labels are refused",
        "`AccountId` is the caller's own: there are no linked accounts",
        "percentiles and trimmed statistics are right to one per cent",
      ],
      GetMetricStatistics: ["percentiles and trimmed statistics are right to one per cent"],
      ListMetrics: ["`IncludeLinkedAccounts` finds nothing beyond the caller's own account"],
      PutMetricData: [
        "`EntityMetricData` is stored without its `Entity`",
        "an `Entity` that is not valid refuses the call also without `StrictEntityValidation`",
      ],
    },
    contextOf: (call) => ({ call, dependencies, registry }),
  });
}
