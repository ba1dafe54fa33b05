// The CloudWatch API: metrics in, listed and read back, alarms on them and dashboards of them.
import * as sdk from "@aws-sdk/client-cloudwatch";
import { metricRequestBytes } from "../../core/metrics/limits.ts";
import { defineService, type Service } from "../../wire/service.ts";
import type { Dependencies } from "../dependencies.ts";
import type { CloudWatchContext } from "./context.ts";
import { handlers } from "./handlers.ts";
import { limitations } from "./limitations.ts";
import { limits } from "./limits.ts";
import { metricsEndpoint } from "./otlp-endpoint.ts";
import { promqlEndpoints } from "./promql-endpoints.ts";

export function createCloudWatchService(dependencies: Dependencies): Service {
  const { facts, metrics, otlpMetrics, worlds } = dependencies;
  facts.listen("WorldReset", () => {
    metrics.forget();
    otlpMetrics.forget();
  });
  return defineService<typeof sdk, CloudWatchContext>({
    name: "cloudwatch",
    sdk,
    limits,
    handlers,
    requestBytes: metricRequestBytes,
    limitations,
    endpoints: [metricsEndpoint({ worlds, otlpMetrics }), ...promqlEndpoints(dependencies)],
    contextOf: (call) => ({ call, dependencies }),
  });
}
