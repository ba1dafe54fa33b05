// Sends measurements to the server like every other agent: PutMetricData, in pages.
import type { CloudWatchClient, MetricDatum } from "@aws-sdk/client-cloudwatch";
import type { HostDatum } from "../core/host/datum.ts";
import type { SelfDatum } from "../core/self-metrics/call-metrics.ts";
import { agentLimits } from "./limits.ts";

/** Sends to one namespace; rejects when a page was refused. */
export type SendMetrics = (namespace: string, datums: readonly MetricDatum[]) => Promise<void>;

/** The client's code is loaded when the first measurement is there, so that the server starts without it. */
export function createMetricSender(client: () => Promise<CloudWatchClient>): SendMetrics {
  return async (namespace, datums) => {
    const { PutMetricDataCommand } = await import("@aws-sdk/client-cloudwatch");
    const cloudWatch = await client();
    for (let start = 0; start < datums.length; start += agentLimits.datumsPerCall) {
      const MetricData = datums.slice(start, start + agentLimits.datumsPerCall);
      await cloudWatch.send(new PutMetricDataCommand({ Namespace: namespace, MetricData }));
    }
  };
}

/** `host` is the machine's name, which the CloudWatch agent adds to every metric. */
export function hostMetricDatum(datum: HostDatum, host: string, at: number): MetricDatum {
  return {
    MetricName: datum.name,
    Unit: datum.unit,
    Value: datum.value,
    Timestamp: new Date(at),
    Dimensions: dimensionsOf({ ...datum.dimensions, host }),
  };
}

export function selfMetricDatum(datum: SelfDatum, at: number): MetricDatum {
  return {
    MetricName: datum.name,
    Unit: datum.unit,
    Values: [...datum.values],
    Counts: [...datum.counts],
    Timestamp: new Date(at),
    Dimensions: dimensionsOf(datum.dimensions),
  };
}

function dimensionsOf(dimensions: Readonly<Record<string, string>>) {
  return Object.entries(dimensions).map(([Name, Value]) => ({
    Name,
    Value: Value.slice(0, 1024) || "unknown",
  }));
}
