// The own service: what AWS has no API for, on the same wire.
import { defineService, type Service } from "../../wire/service.ts";
import type { Dependencies } from "../dependencies.ts";
import type { LogQueryReader } from "../log-query-reader.ts";
import { createAccessKey, deleteAccessKey, listAccessKeys } from "./access-keys.ts";
import { advanceClock, getClock } from "./clock.ts";
import { backtestAlarm } from "./backtest-alarm.ts";
import { explainAlarm } from "./explain-alarm.ts";
import { listDeliveryAttempts } from "./delivery-attempts.ts";
import type { GroundwatchContext, OwnDependencies } from "./context.ts";
import {
  cancelKeyDeletion,
  createKey,
  describeKey,
  disableKey,
  enableKey,
  listKeys,
  rotateKeyOnDemand,
  scheduleKeyDeletion,
} from "./keys.ts";
import { limits } from "./limits.ts";
import { getQueryCost, getQueryHistogram, streamQueryResults } from "./log-queries.ts";
import { reset } from "./reset.ts";
import * as schema from "./schema.ts";
import type { GroundwatchSdk } from "./schema-types.ts";
import { getServerStatus } from "./server-status.ts";
import { listApiCalls, listEvents } from "./stored-signals.ts";

export function createGroundwatchService(
  dependencies: Dependencies,
  own: OwnDependencies,
  logQueries: LogQueryReader,
): Service {
  return defineService<GroundwatchSdk, GroundwatchContext>({
    name: "groundwatch",
    // The command classes are there for the compiler only.
    sdk: schema as unknown as GroundwatchSdk,
    facts: {
      name: "groundwatch",
      signingName: "groundwatch",
      target: "Groundwatch_20261101",
      version: "2026-11-01",
      xmlNamespace: "",
      protocols: ["awsJson1.1"],
      validationError: "ValidationException",
    },
    limits,
    handlers: {
      AdvanceClock: advanceClock,
      BacktestAlarm: backtestAlarm,
      CancelKeyDeletion: cancelKeyDeletion,
      CreateAccessKey: createAccessKey,
      CreateKey: createKey,
      DeleteAccessKey: deleteAccessKey,
      DescribeKey: describeKey,
      DisableKey: disableKey,
      EnableKey: enableKey,
      ExplainAlarm: explainAlarm,
      GetClock: getClock,
      GetQueryCost: getQueryCost,
      GetQueryHistogram: getQueryHistogram,
      GetServerStatus: getServerStatus,
      ListAccessKeys: listAccessKeys,
      ListApiCalls: listApiCalls,
      ListDeliveryAttempts: listDeliveryAttempts,
      ListEvents: listEvents,
      ListKeys: listKeys,
      Reset: reset,
      RotateKeyOnDemand: rotateKeyOnDemand,
      ScheduleKeyDeletion: scheduleKeyDeletion,
      StreamQueryResults: streamQueryResults,
    },
    contextOf: (call) => ({ call, dependencies, own, logQueries }),
  });
}
