// Performs what alarms ask for: takes their actions from the queue, and tries again what failed.
import { createHash } from "node:crypto";
import { actionTargetOf } from "../core/alarms/actions/action-arn.ts";
import { mailText } from "../core/alarms/actions/mail-text.ts";
import type { Clock } from "../core/clock.ts";
import { pauseMs, retryPolicies } from "../core/deliveries/retry-policy.ts";
import type { FactBoard } from "../core/facts.ts";
import { takesMessagesOf } from "../core/notifications/topic-access.ts";
import type { TopicName } from "../core/notifications/topic.ts";
import type { AttemptedAction, PerformAction } from "../delivery/alarm-action.ts";
import { arrived, refused } from "../delivery/outcome.ts";
import type { AlarmAction, AlarmActionQueue, TakenAction } from "../storage/alarm-actions.ts";
import type { DeliveryAttempts } from "../storage/delivery-attempts.ts";
import type { Topics } from "../storage/topics.ts";
import { startDueWork } from "./due-work.ts";

export interface AlarmActionParts {
  readonly clock: Clock;
  /** Milliseconds from any origin, never moved by a manual clock. */
  readonly stopwatch: () => number;
  readonly facts: FactBoard;
  readonly actions: AlarmActionQueue;
  readonly topics: Topics;
  readonly deliveryAttempts: DeliveryAttempts;
  /** Everything but notifications of topics. */
  readonly perform: PerformAction;
  readonly onError: (error: unknown) => void;
}

export interface AlarmActionWorker {
  /** Breaks off what is under way, which is begun anew at the next start. */
  stop(): Promise<void>;
}

/**
 * An action leaves the queue only when it was performed or given up, so that one may be performed twice and
 * none is lost. Whoever performs it again says so by its id, which is the same.
 */
export function startAlarmActions(parts: AlarmActionParts): AlarmActionWorker {
  const { facts, actions } = parts;
  const work = startDueWork({
    ...parts,
    queue: actions,
    targetOf: ({ action }) => action.actionArn,
    attempt: (taken, signal) => attempt(parts, taken, signal),
  });
  const forget = facts.listen("AlarmActionsQueued", () => work.look());
  return {
    async stop() {
      forget();
      await work.stop();
    },
  };
}

/**
 * Tried again for a day with growing pauses, unless another attempt would end as this one did.
 * @returns when it is tried again, if it is.
 */
async function attempt(
  parts: AlarmActionParts,
  taken: TakenAction,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { clock, actions, deliveryAttempts } = parts;
  const { action, attempts } = taken;
  const attemptedAt = clock.now();
  const id = idOf(taken);
  const { place, outcome } = await perform(parts, action, { id, now: attemptedAt, signal });
  if (outcome.kind === "failed" && signal.aborted) {
    await actions.release(taken, attemptedAt);
    return undefined;
  }
  const { account, region, alarmArn: sourceArn, actionArn: targetArn } = action;
  const { detail } = outcome;
  const told = { account, region, sourceArn, targetArn, endpoint: place, messageId: id, detail };
  const record = { ...told, attempt: attempts + 1, attemptedAt };
  if (outcome.kind === "arrived") {
    const succeeded = deliveryAttempts.record({ ...record, outcome: "Succeeded" });
    await Promise.all([succeeded, actions.succeeded(taken, clock.now())]);
    return undefined;
  }
  const pause = outcome.isFinal ? undefined : pauseMs(retryPolicies.action, attempts + 1);
  if (pause === undefined) {
    const givenUp = deliveryAttempts.record({ ...record, outcome: "GivenUp" });
    await Promise.all([givenUp, actions.failed(taken, detail, clock.now())]);
    return undefined;
  }
  const nextAttemptAt = clock.now() + pause;
  const failed = deliveryAttempts.record({ ...record, outcome: "Failed", nextAttemptAt });
  await Promise.all([failed, actions.retry(taken, detail, nextAttemptAt)]);
  return nextAttemptAt;
}

async function perform(
  parts: AlarmActionParts,
  action: AlarmAction,
  circumstances: { readonly id: string; readonly now: number; readonly signal: AbortSignal },
): Promise<AttemptedAction> {
  const target = actionTargetOf(action.actionArn);
  if (target?.service !== "sns") return parts.perform({ ...circumstances, action });
  return { place: action.actionArn, outcome: await notify(parts, target.topic, action, circumstances) };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html */
async function notify(
  { topics, facts }: AlarmActionParts,
  name: TopicName,
  { account, alarmArn, actionArn, subject, body }: AlarmAction,
  { id, now }: { readonly id: string; readonly now: number },
) {
  const topic = await topics.find(name);
  if (topic === undefined && name.account === account) return refused("Topic does not exist");
  const alarm = { service: "cloudwatch.amazonaws.com", sourceArn: alarmArn, sourceAccount: account };
  if (topic === undefined || !takesMessagesOf(topic, alarm)) {
    return refused(
      `Resource: ${alarmArn} is not authorized to perform: SNS:Publish on resource: ${actionArn}`,
    );
  }
  const told = { message: body, byProtocol: { email: mailText(body) }, subject, attributes: {} };
  await topics.publish(topic, { messageId: id, publishedAt: now, ...told });
  facts.publish({ kind: "DeliveriesQueued" });
  return arrived("it was published");
}

/** A UUID that the place in the queue determines, so that who gets an action twice can tell. */
function idOf({ document, action: { account, alarmArn, actionArn } }: TakenAction): string {
  const text = JSON.stringify([document.key, account, alarmArn, actionArn]);
  const digest = createHash("sha256").update(text).digest("hex");
  const variant = "89ab"[Number.parseInt(digest[16] ?? "0", 16) % 4];
  const groups = [digest.slice(0, 8), digest.slice(8, 12), `8${digest.slice(13, 16)}`];
  return [...groups, `${variant}${digest.slice(17, 20)}`, digest.slice(20, 32)].join("-");
}
