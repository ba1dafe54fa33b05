// Every telemetry table, by name.
import { apiCalls } from "./tables/api-calls.ts";
import { busEvents } from "./tables/bus-events.ts";
import { datapoints300, datapoints3600, datapoints60, recentDatapoints } from "./tables/datapoints.ts";
import { logEvents } from "./tables/log-events.ts";
import { logEventsSealedBlocks } from "./tables/log-events-sealed-blocks.ts";
import { logEventsSealed } from "./tables/log-events-sealed.ts";
import { metricArrivals } from "./tables/metric-arrivals.ts";
import { metrics } from "./tables/metrics.ts";
import { otlpSamples, otlpSeries } from "./tables/otlp-metrics.ts";
import { segments } from "./tables/segments.ts";
import type { ColumnsFor } from "./table.ts";

export const tables = {
  api_calls: apiCalls,
  bus_events: busEvents,
  recent_datapoints: recentDatapoints,
  datapoints_60: datapoints60,
  datapoints_300: datapoints300,
  datapoints_3600: datapoints3600,
  log_events: logEvents,
  log_events_sealed: logEventsSealed,
  log_events_sealed_blocks: logEventsSealedBlocks,
  metric_arrivals: metricArrivals,
  metrics,
  otlp_samples: otlpSamples,
  otlp_series: otlpSeries,
  segments,
} as const;

export type TableName = keyof typeof tables;

export type ColumnsOf<Name extends TableName> = ColumnsFor<(typeof tables)[Name]>;
