// Actions that are performed again for as long as an alarm stays in its state: scaling, and reminders.
import { actionsOf, type Alarm } from "./alarm.ts";
import { evaluationIntervalSeconds } from "./alarm-window.ts";
import type { AlarmChange } from "./alarm-change.ts";

const minuteMs = 60_000;
/** Evaluations are a minute apart but for what they take. */
const toleranceMs = 5_000;

/**
 * With this tag an alarm that stays in ALARM notifies its topics again after so many minutes, and again and
 * again. CloudWatch does not, and neither do alarms without it.
 */
export const renotifyTag = "groundwatch:renotify-minutes";

/** A week is the longest. */
const maximumMinutes = 10_080;

/** Undefined for a text that is no whole number of minutes. */
export function parseRenotifyMinutes(text: string): number | undefined {
  const minutes = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return minutes >= 1 && minutes <= maximumMinutes ? minutes : undefined;
}

/**
 * Scaling is asked for again in every further minute of a state, until it helps; undefined when nothing is
 * due. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html
 */
export function repeatedActions(alarm: Alarm, now: number): AlarmChange | undefined {
  const ageMs = now - alarm.state.transitionedAt;
  // A transition that is still to come was before the clock was set back.
  if (alarm.held !== undefined || (ageMs >= 0 && ageMs < minuteMs - toleranceMs)) return undefined;
  const arns = actionsOf(alarm, alarm.state.value);
  const scaling = isNewMinute(alarm, now) ? arns.filter((arn) => /^arn:[\w-]+:autoscaling:/.test(arn)) : [];
  const topics = isReminderDue(alarm, now) ? arns.filter((arn) => /^arn:[\w-]+:sns:/.test(arn)) : [];
  const actions = [...scaling, ...topics];
  if (actions.length === 0) return undefined;
  const after = topics.length === 0 ? alarm : { ...alarm, remindedAt: now };
  return { before: alarm, after, isTransition: false, history: [], actions };
}

/** Alarms of high resolution are evaluated more often than every minute. */
function isNewMinute(alarm: Alarm, now: number): boolean {
  const intervalMs = alarm.type === "MetricAlarm" ? evaluationIntervalSeconds(alarm) * 1_000 : minuteMs;
  const intoMinuteMs = (now - alarm.state.transitionedAt + toleranceMs) % minuteMs;
  return (intoMinuteMs + minuteMs) % minuteMs < intervalMs;
}

function isReminderDue({ tags, state, remindedAt = 0 }: Alarm, now: number): boolean {
  const minutes = parseRenotifyMinutes(tags[renotifyTag] ?? "");
  if (minutes === undefined || state.value !== "ALARM") return false;
  const known = [state.transitionedAt, remindedAt].filter((at) => at <= now);
  return now - Math.max(...known) >= minutes * minuteMs - toleranceMs;
}
