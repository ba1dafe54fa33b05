// What every service is built from; the composition root passes it in.
import type { Clock } from "../core/clock.ts";
import type { FactBoard } from "../core/facts.ts";
import type { LinkedAccounts } from "../core/linked-accounts.ts";
import type { Blobs } from "../storage/blobs.ts";
import type { MetricArrivals } from "../storage/metric-arrivals.ts";
import type { MetricWriter } from "../storage/metric-writer.ts";
import type { OtlpMetrics } from "../storage/otlp-metrics.ts";
import type { LogEncryption } from "../storage/encryption/log-encryption.ts";
import type { RollupLedger } from "../storage/metric-rollups.ts";
import type { Queues } from "../storage/queues.ts";
import type { CallDataSource } from "../storage/data-source-function.ts";
import type { DeliveryAttempts } from "../storage/delivery-attempts.ts";
import type { SendRecords } from "../storage/finding-deliveries.ts";
import type { SendSubscriptionPayload } from "../storage/log-subscriptions.ts";
import type { Signing } from "../storage/signing.ts";
import type { State } from "../storage/state.ts";
import type { Telemetry } from "../storage/telemetry.ts";
import type { Topics } from "../storage/topics.ts";
import type { Worlds } from "../storage/worlds.ts";

export interface Dependencies {
  readonly clock: Clock;
  readonly facts: FactBoard;
  readonly state: State;
  readonly telemetry: Telemetry;
  readonly blobs: Blobs;
  /** The keys of log groups: every read of log events asks it where to select them from. */
  readonly logEncryption: LogEncryption;
  readonly worlds: Worlds;
  /** Which accounts may read what others have. */
  readonly linkedAccounts: LinkedAccounts;
  /** Stores metric data, wherever it comes from. */
  readonly metrics: MetricWriter;
  /** Metrics that came as OTLP, which PromQL reads. */
  readonly otlpMetrics: OtlpMetrics;
  /** What the worker of metric streams reads; shared with whoever stores metric data. */
  readonly metricArrivals: MetricArrivals;
  /** Shared by those who put metric data and the worker that rolls it up. */
  readonly rollups: RollupLedger;
  /** Shared by the API of queues and by whoever delivers to them. */
  readonly queues: Queues;
  readonly topics: Topics;
  readonly deliveryAttempts: DeliveryAttempts;
  /** Delivers log events to those who subscribed to them. */
  readonly sendLogs: SendSubscriptionPayload;
  /** Calls the functions behind LAMBDA in metric math. */
  readonly callDataSource: CallDataSource;
  /** Sends records to delivery streams; absent where no endpoint of Firehose is known. */
  readonly sendRecords?: SendRecords;
  /** Signs notifications; it is here so that a reset makes it forget. */
  readonly signing: Signing;
  /** Milliseconds from any origin, never moved by a manual clock. */
  readonly stopwatch: () => number;
  /** Where this server is, for addresses in answers: as configured, else as the caller reached it. */
  readonly addressOf: (host: string | undefined) => string;
}
