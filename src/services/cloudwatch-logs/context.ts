// What every handler of CloudWatch Logs is given.
import type * as Sdk from "@aws-sdk/client-cloudwatch-logs";
import type { InputOf, OutputOf } from "../../wire/handlers.ts";
import type { CallContext } from "../../wire/request.ts";
import type { Dependencies } from "../dependencies.ts";
import type { AccountRetention } from "./account-retention.ts";
import type { EventDeletions } from "./event-deletions.ts";
import type { ExportRuns } from "./export-runs.ts";
import type { IngestRuleDirectory } from "./ingest-rules.ts";
import type { MetricFilterDefaults } from "./metric-filter-defaults.ts";
import type { MetricFilterDirectory } from "./metric-filter-directory.ts";
import type { QueryRuns } from "./query-runs.ts";
import type { ScheduledQueryRuns } from "./scheduled-query-runs.ts";
import type { RetentionMoves } from "./retention-moves.ts";
import type { SharedMetricBatches } from "./shared-metric-batches.ts";
import type { StreamActivity } from "./stream-activity.ts";
import type { StreamDirectory } from "./stream-directory.ts";

export interface LogsContext {
  readonly call: CallContext;
  readonly dependencies: Dependencies;
  readonly streams: StreamDirectory;
  readonly activity: StreamActivity;
  readonly retentionMoves: RetentionMoves;
  readonly accountRetention: AccountRetention;
  readonly queries: QueryRuns;
  readonly scheduledQueries: ScheduledQueryRuns;
  readonly deletions: EventDeletions;
  readonly exports: ExportRuns;
  readonly ingestRules: IngestRuleDirectory;
  readonly metricFilters: MetricFilterDirectory;
  readonly metricDefaults: MetricFilterDefaults;
  readonly metricBatches: SharedMetricBatches;
}

export type Input<Name extends string> = InputOf<typeof Sdk, Name>;
export type Output<Name extends string> = OutputOf<typeof Sdk, Name>;
