// Starts what performs the actions of alarms, where a file says.
import { readFileSync } from "node:fs";
import { parseActionTargets, type FindActionWay } from "../delivery/action-targets.ts";
import { createActionPerformer } from "../delivery/alarm-action.ts";
import type { ServiceEndpoints } from "../delivery/service-endpoints.ts";
import { UsageError } from "../server/options.ts";
import type { Dependencies } from "../services/dependencies.ts";
import { createAlarmActionQueue } from "../storage/alarm-actions.ts";
import { startAlarmActions } from "../workers/alarm-actions.ts";
import type { Surroundings } from "./listeners.ts";

/** @throws UsageError that names the file */
export function startActions(
  { config, log, stack }: Surroundings,
  dependencies: Dependencies,
  endpoints: ServiceEndpoints,
): void {
  const worker = startAlarmActions({
    ...dependencies,
    actions: createAlarmActionQueue(dependencies.state),
    perform: createActionPerformer(readActionTargets(config.actionTargets), endpoints),
    onError: (error) => log.error("actions of alarms were not performed", error),
  });
  stack.push(() => worker.stop());
}

/** Without a file no target is known. */
function readActionTargets(path: string | undefined): FindActionWay {
  if (path === undefined) return () => undefined;
  let json: string;
  try {
    json = readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(`--action-targets ${path} cannot be read: ${String(error)}`);
  }
  const targets = parseActionTargets(json);
  if (typeof targets === "string") throw new UsageError(`--action-targets ${path}: ${targets}`);
  return targets;
}
