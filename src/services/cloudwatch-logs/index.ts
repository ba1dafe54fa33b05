// The CloudWatch Logs API: groups, streams, events, tags, filter patterns and live tail.
import * as sdk from "@aws-sdk/client-cloudwatch-logs";
import type { CallContext } from "../../wire/request.ts";
import { defineService, type Service } from "../../wire/service.ts";
import type { Dependencies } from "../dependencies.ts";
import type { LogQueryReader } from "../log-query-reader.ts";
import type { LogsContext } from "./context.ts";
import { AccountRetention } from "./account-retention.ts";
import { EventDeletions } from "./event-deletions.ts";
import { ExportRuns } from "./export-runs.ts";
import { httpEndpoints } from "./http-endpoints.ts";
import { handlers } from "./handlers.ts";
import { createIngestRuleDirectory } from "./ingest-rules.ts";
import { limitations } from "./limitations.ts";
import { limits } from "./limits.ts";
import { createQueryReader } from "./query-reader.ts";
import { QueryRuns } from "./query-runs.ts";
import { MetricFilterDefaults } from "./metric-filter-defaults.ts";
import { createMetricFilterDirectory } from "./metric-filter-directory.ts";
import { ScheduledQueryRuns } from "./scheduled-query-runs.ts";
import { SharedChanges } from "./shared-changes.ts";
import { SharedMetricBatches } from "./shared-metric-batches.ts";
import { StreamActivity } from "./stream-activity.ts";
import { RetentionMoves } from "./retention-moves.ts";
import { createStreamDirectory } from "./stream-directory.ts";

/** `queryReader` is for the service of our own. */
export interface LogsService extends Service {
  readonly queryReader: LogQueryReader;
}

export function createLogsService(dependencies: Dependencies): LogsService {
  const { state, telemetry, clock, facts } = dependencies;
  const changes = new SharedChanges(state, clock);
  const streams = changes.follow(createStreamDirectory(state));
  const activity = new StreamActivity(state, telemetry, clock);
  const deletions = new EventDeletions(state, telemetry, clock);
  const exports = new ExportRuns(dependencies);
  const ingestRules = changes.follow(createIngestRuleDirectory(state));
  const metricFilters = changes.follow(createMetricFilterDirectory(state));
  const metricDefaults = new MetricFilterDefaults(dependencies);
  const metricBatches = new SharedMetricBatches(dependencies.metrics, dependencies.stopwatch);
  const retentionMoves = new RetentionMoves(state, telemetry, clock);
  const accountRetention = new AccountRetention({ state, clock, streams, retentionMoves });
  const queries = new QueryRuns(dependencies);
  const contextOf = (call: CallContext): LogsContext => ({
    call,
    dependencies,
    streams,
    activity,
    retentionMoves,
    accountRetention,
    deletions,
    exports,
    ingestRules,
    queries,
    scheduledQueries,
    metricFilters,
    metricDefaults,
    metricBatches,
  });
  const scheduledQueries = new ScheduledQueryRuns({ dependencies, queries }, contextOf);
  facts.listen("WorldReset", () => {
    streams.forget();
    activity.forget();
    ingestRules.forget();
    metricFilters.forget();
    metricDefaults.forget();
  });
  const service = defineService<typeof sdk, LogsContext>({
    name: "cloudwatch-logs",
    sdk,
    limits,
    handlers,
    limitations,
    endpoints: httpEndpoints(clock),
    contextOf,
  });
  return { ...service, queryReader: createQueryReader(contextOf) };
}
