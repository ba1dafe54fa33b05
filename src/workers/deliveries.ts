// Empties the outbox: delivers, tries again what failed, and gives up what cannot arrive.
import type { FactBoard } from "../core/facts.ts";
import { createAttempt, type AttemptParts } from "./delivery-attempt.ts";
import { startDueWork } from "./due-work.ts";

export interface DeliveryWorkerParts extends AttemptParts {
  readonly facts: FactBoard;
  /** Milliseconds from any origin, never moved by a manual clock. */
  readonly stopwatch: () => number;
  readonly onError: (error: unknown) => void;
}

export interface DeliveryWorker {
  /** Breaks off what is under way, which is then as if it had not begun. */
  stop(): Promise<void>;
}

/** A delivery leaves the outbox only when it has arrived or was given up. */
export function startDeliveryWorker(parts: DeliveryWorkerParts): DeliveryWorker {
  const { facts, outbox, subscribers } = parts;
  const attempt = createAttempt(parts);
  const work = startDueWork({
    ...parts,
    queue: outbox,
    targetOf: ({ delivery }) => delivery.endpoint,
    attempt,
  });
  const forget = facts.listen("DeliveriesQueued", () => work.look());
  return {
    async stop() {
      forget();
      const stopped = work.stop();
      subscribers.close();
      await stopped;
    },
  };
}
