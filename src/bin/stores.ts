// Opens and closes the three stores and the data folder that they live in.
import { join } from "node:path";
import type { Blobs } from "../storage/blobs.ts";
import { openFolderBlobs } from "../storage/blobs/folder.ts";
import { openStateBlobs, shareBuckets } from "../storage/blobs/in-state.ts";
import { createMasterKey } from "../storage/encryption/master-key.ts";
import { Keyring } from "../storage/encryption/keyring.ts";
import { LogEncryption } from "../storage/encryption/log-encryption.ts";
import { openDataFolder, type DataFolder } from "../storage/data-folder.ts";
import { createMetricArrivals, type MetricArrivals } from "../storage/metric-arrivals.ts";
import { createMetricWriter, type MetricWriter } from "../storage/metric-writer.ts";
import { createOtlpMetrics, type OtlpMetrics } from "../storage/otlp-metrics.ts";
import { createRollupLedger, type RollupLedger } from "../storage/metric-rollups.ts";
import { createDeliveryAttempts, type DeliveryAttempts } from "../storage/delivery-attempts.ts";
import { createQueues, type Queues } from "../storage/queues.ts";
import { createSigning, type Signing } from "../storage/signing.ts";
import type { State } from "../storage/state.ts";
import { openSqliteState } from "../storage/state/sqlite.ts";
import type { Telemetry } from "../storage/telemetry.ts";
import { openTelemetry } from "../storage/telemetry/open.ts";
import { createTopics, type Topics } from "../storage/topics.ts";
import { createWorlds, type Worlds } from "../storage/worlds.ts";
import type { Config } from "../server/config-settings.ts";

export interface Stores {
  readonly folder: DataFolder;
  readonly state: State;
  readonly telemetry: Telemetry;
  readonly blobs: Blobs;
  readonly logEncryption: LogEncryption;
  readonly worlds: Worlds;
  readonly metrics: MetricWriter;
  readonly otlpMetrics: OtlpMetrics;
  readonly metricArrivals: MetricArrivals;
  readonly rollups: RollupLedger;
  readonly queues: Queues;
  readonly topics: Topics;
  readonly deliveryAttempts: DeliveryAttempts;
  readonly signing: Signing;
  /** Flushes what is under way, then lets another process have the folder. */
  close(): Promise<void>;
}

/** What every node must find, whichever has put it; the folders of nodes are their own. */
const sharedBuckets = ["log-query-results", "log-lookup-tables", "log-anomaly-models"];

export type StoreSettings = Pick<
  Config,
  "data" | "clock" | "clickhouseUrl" | "postgresUrl" | "masterKeyFile"
>;

/**
 * Opens everything at once, and does not wait for the telemetry, which takes longest: what needs it waits for
 * it, and `telemetry.ready()` tells whether it could be opened (`TelemetryError`). When another store cannot
 * be opened all are closed again, and its error (a `DataFolderError` or `StateError`) is thrown.
 */
export async function openStores(settings: StoreSettings, now: () => number): Promise<Stores> {
  const folder = openDataFolder(settings.data);
  const telemetry = openTelemetry({
    ...(settings.clickhouseUrl === undefined
      ? { folder: folder.telemetryFolder }
      : { url: settings.clickhouseUrl }),
    expiry: settings.clock === "manual" ? "caller" : "engine",
  });
  const opening = [openState(settings, folder), openFolderBlobs(folder.blobsFolder, now)] as const;
  const [openedState] = await Promise.allSettled(opening);
  try {
    const [state, folderBlobs] = await Promise.all(opening);
    const isAlone = state.node === undefined;
    const blobs = isAlone
      ? folderBlobs
      : shareBuckets(folderBlobs, openStateBlobs(state, now), sharedBuckets);
    const masterKey = createMasterKey(settings.masterKeyFile ?? join(folder.path, "master.key"));
    const isShared = settings.postgresUrl !== undefined;
    const keyring = await Keyring.open(state, masterKey, { now, isShared });
    const rollups = createRollupLedger(state);
    const metricArrivals = createMetricArrivals(telemetry, state);
    return {
      folder,
      state,
      telemetry,
      blobs,
      logEncryption: await LogEncryption.open(
        state,
        keyring,
        settings.clickhouseUrl === undefined ? telemetry : undefined,
      ),
      worlds: createWorlds(state),
      metrics: createMetricWriter(telemetry, rollups, metricArrivals),
      otlpMetrics: createOtlpMetrics(telemetry),
      metricArrivals,
      rollups,
      queues: createQueues(state),
      topics: createTopics(state),
      deliveryAttempts: createDeliveryAttempts(state),
      signing: createSigning(state, now),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }

  async function close(): Promise<void> {
    await telemetry.close();
    if (openedState?.status === "fulfilled") await openedState.value.close();
    folder.release();
  }
}

async function openState({ postgresUrl }: StoreSettings, { stateFile }: DataFolder): Promise<State> {
  if (postgresUrl === undefined) return openSqliteState(stateFile);
  const { openPostgresState } = await import("../storage/state/postgres.ts");
  return openPostgresState(postgresUrl);
}
