// Delivers log events to those who subscribed to them: where to, and the worker that does it.
import { createPayloadSender } from "../delivery/log-subscriptions/send-payload.ts";
import { createLogNames } from "../services/cloudwatch-logs/log-names.ts";
import { compileRegex } from "../services/cloudwatch-logs/regular-expressions.ts";
import type { Dependencies } from "../services/dependencies.ts";
import { createFindingDeliveries } from "../storage/finding-deliveries.ts";
import type { SendSubscriptionPayload } from "../storage/log-subscriptions.ts";
import { startFindingDeliveries } from "../workers/finding-deliveries.ts";
import { startLogSubscriptions } from "../workers/log-subscriptions.ts";
import type { Surroundings } from "./listeners.ts";
import { readServiceEndpoints } from "./service-endpoints.ts";

/**
 * The sender to the endpoints of a file; without one only addresses can be reached.
 * @throws UsageError that names the file
 */
export function logSenderOf(path: string | undefined): SendSubscriptionPayload {
  return createPayloadSender(readServiceEndpoints(path));
}

export function startLogDeliveries({ log, stack }: Surroundings, dependencies: Dependencies): void {
  const subscriptions = startLogSubscriptions({
    ...dependencies,
    compileRegex,
    names: createLogNames(dependencies.state),
    send: dependencies.sendLogs,
    onError: (error) => log.error("log events were not delivered", error),
  });
  stack.push(() => subscriptions.stop());
  const { sendRecords } = dependencies;
  if (sendRecords === undefined) return;
  const findings = startFindingDeliveries({
    ...dependencies,
    findings: createFindingDeliveries(dependencies.state),
    send: sendRecords,
    onError: (error) => log.error("findings were not delivered", error),
  });
  stack.push(() => findings.stop());
}
