// What every handler of the own service is given.
import type { MetricAlarm } from "../../core/alarms/alarm.ts";
import type { AlarmDefinition } from "../../core/alarms/alarm-definition.ts";
import type { AlarmWorld } from "../../storage/alarms.ts";
import type { AlarmReader } from "../../storage/alarm-datapoints.ts";
import type { ManualClock } from "../../core/manual-clock.ts";
import type { CallContext } from "../../wire/request.ts";
import type { Dependencies } from "../dependencies.ts";
import type { LogQueryReader } from "../log-query-reader.ts";
import type { AccessKeyStore } from "./access-key-store.ts";

/** What the server knows of itself. */
export interface ServerFacts {
  readonly version: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly residentBytes: number;
  readonly listeners: readonly { readonly name: string; readonly address: string }[];
  readonly unsupportedOperations: number;
}

/** How alarms are evaluated in this server. */
export interface AlarmEvaluationFacts {
  readonly reader: AlarmReader;
  /** How long after the end of a period it is evaluated. */
  readonly settleMs: number;
  /** The alarm that a definition would make, or what is wrong with it in AWS's words. */
  readonly define: (
    definition: AlarmDefinition,
    world: AlarmWorld,
    now: number,
  ) => Promise<MetricAlarm | { readonly problem: string }>;
}

/** What this service needs besides what every service has. */
export interface OwnDependencies {
  /** Undefined under `--clock system`. */
  readonly manualClock: ManualClock | undefined;
  /** Whether the server was started with `--test`. */
  readonly mayReset: boolean;
  readonly accessKeys: AccessKeyStore;
  readonly serverFacts: () => ServerFacts;
  readonly alarms: AlarmEvaluationFacts;
}

export interface GroundwatchContext {
  readonly call: CallContext;
  readonly dependencies: Dependencies;
  readonly own: OwnDependencies;
  readonly logQueries: LogQueryReader;
}
