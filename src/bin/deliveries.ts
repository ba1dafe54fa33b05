// Starts what goes out of this server: the actions of alarms, and notifications to those who subscribed.
import { every } from "../core/clock.ts";
import { createSubscribers } from "../delivery/subscribers.ts";
import type { Dependencies } from "../services/dependencies.ts";
import { createOutbox } from "../storage/outbox.ts";
import { startDeliveryWorker } from "../workers/deliveries.ts";
import { startActions } from "./alarm-actions.ts";
import type { Surroundings } from "./listeners.ts";
import { readServiceEndpoints } from "./service-endpoints.ts";

const hourMs = 3_600_000;

/** Once the server listens: what it sends has links to itself. */
export function startDeliveries(surroundings: Surroundings, dependencies: Dependencies): void {
  const { config, log, stack } = surroundings;
  const endpoints = readServiceEndpoints(config.serviceEndpoints);
  const { clock, state, deliveryAttempts } = dependencies;
  const subscribers = createSubscribers({
    ...dependencies,
    mail: config,
    endpoints,
    address: () => dependencies.addressOf(undefined),
    now: () => clock.now(),
  });
  const worker = startDeliveryWorker({
    ...dependencies,
    outbox: createOutbox(state),
    subscribers,
    onError: (error) => log.error("notifications were not delivered", error),
  });
  stack.push(() => worker.stop());
  startActions(surroundings, dependencies, endpoints);
  stack.push(every(clock, hourMs, () => deliveryAttempts.expire(clock.now())));
}
