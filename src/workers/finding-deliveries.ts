// Delivers audit findings of data protection to Firehose, and tries again what failed.
import type { Clock } from "../core/clock.ts";
import { pauseMs, retryPolicies } from "../core/deliveries/retry-policy.ts";
import type { FactBoard } from "../core/facts.ts";
import { wordsOf } from "../delivery/outcome.ts";
import type { DeliveryAttempts } from "../storage/delivery-attempts.ts";
import type { FindingDeliveries, SendRecords, TakenFindings } from "../storage/finding-deliveries.ts";
import { startDueWork } from "./due-work.ts";

export interface FindingDeliveryParts {
  readonly clock: Clock;
  /** Milliseconds from any origin, never moved by a manual clock. */
  readonly stopwatch: () => number;
  readonly facts: FactBoard;
  readonly findings: FindingDeliveries;
  readonly deliveryAttempts: DeliveryAttempts;
  readonly send: SendRecords;
  readonly onError: (error: unknown) => void;
}

/**
 * Findings leave the queue only when they were delivered or given up, after a day: they may arrive twice, and
 * none is lost. Deliveries that succeed at once leave no trace.
 */
export function startFindingDeliveries(parts: FindingDeliveryParts): { stop(): Promise<void> } {
  const { facts, findings } = parts;
  const work = startDueWork({
    ...parts,
    queue: findings,
    targetOf: ({ delivery: { region, deliveryStream } }) => `${region}/${deliveryStream}`,
    attempt: (taken, signal) => attempt(parts, taken, signal),
  });
  const forget = facts.listen("FindingsQueued", () => work.look());
  return {
    async stop() {
      forget();
      await work.stop();
    },
  };
}

/** @returns when it is tried again, if it is. */
async function attempt(
  { clock, findings, deliveryAttempts, send }: FindingDeliveryParts,
  taken: TakenFindings,
  signal: AbortSignal,
): Promise<number | undefined> {
  const attemptedAt = clock.now();
  const { delivery, attempts, document } = taken;
  const { account, region, logGroupArn: sourceArn, deliveryStream } = delivery;
  const targetArn = `arn:aws:firehose:${region}:${account}:deliverystream/${deliveryStream}`;
  const told = { account, region, sourceArn, targetArn, endpoint: targetArn, messageId: document.key };
  const record = { ...told, attempt: attempts + 1, attemptedAt };
  try {
    await send(delivery, { now: attemptedAt, signal });
  } catch (error) {
    if (signal.aborted) {
      await findings.release(taken, attemptedAt);
      return undefined;
    }
    const detail = wordsOf(error);
    const pause = pauseMs(retryPolicies.action, attempts + 1);
    if (pause === undefined) {
      await Promise.all([
        deliveryAttempts.record({ ...record, outcome: "GivenUp", detail }),
        findings.settle(taken),
      ]);
      return undefined;
    }
    const nextAttemptAt = clock.now() + pause;
    await Promise.all([
      deliveryAttempts.record({ ...record, outcome: "Failed", detail, nextAttemptAt }),
      findings.retry(taken, nextAttemptAt),
    ]);
    return nextAttemptAt;
  }
  const detail = `${delivery.records.length} findings were delivered`;
  const traced = attempts > 0 ? [deliveryAttempts.record({ ...record, outcome: "Succeeded", detail })] : [];
  await Promise.all([...traced, findings.settle(taken)]);
  return undefined;
}
