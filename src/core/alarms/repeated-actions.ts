// Actions that are performed again for as long as an alarm stays in its state.
import { actionsOf, type MetricAlarm } from "./alarm.ts";
import type { AlarmChange } from "./alarm-change.ts";

const minuteMs = 60_000;

/**
 * Scaling is asked for again in every further minute of a state, until it helps; undefined when nothing is
 * due. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html
 */
export function repeatedActions(alarm: MetricAlarm, now: number): AlarmChange | undefined {
  if (alarm.held !== undefined || now - alarm.state.transitionedAt < minuteMs) return undefined;
  const actions = actionsOf(alarm, alarm.state.value).filter((arn) => /^arn:[\w-]+:autoscaling:/.test(arn));
  if (actions.length === 0) return undefined;
  return { before: alarm, after: alarm, isTransition: false, history: [], actions };
}
