// Whether a composite alarm performs its actions now, later, or not: the suppressor and its two periods.

/**
 * Why actions wait. With `Alarm` they wait for the suppressor to leave ALARM; with the periods, for an
 * instant.
 */
export type Suppression =
  | { readonly by: "Alarm" }
  | { readonly by: "WaitPeriod" | "ExtensionPeriod"; readonly untilAt: number };

export interface SuppressorSettings {
  readonly waitPeriodSeconds: number;
  readonly extensionPeriodSeconds: number;
}

export interface SuppressionQuestion {
  readonly settings: SuppressorSettings;
  /** What holds the actions back so far; undefined when none wait. */
  readonly before: Suppression | undefined;
  readonly suppressorInAlarm: boolean;
  /** Whether the composite alarm changes its state at this instant. */
  readonly hasTransition: boolean;
  readonly now: number;
}

export interface SuppressionOutcome {
  readonly suppression: Suppression | undefined;
  /** The actions of the current state are to be performed. */
  readonly performs: boolean;
}

/**
 * A transition starts a wait period, in which the suppressor may go into ALARM; then it holds the actions
 * until it leaves ALARM and the extension period is over. A transition meanwhile starts a new wait period,
 * unless the suppressor is in ALARM. What is performed at last are the actions of the state at that time.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm_Suppression.html
 */
export function decideSuppression(question: SuppressionQuestion): SuppressionOutcome {
  const { settings, before, suppressorInAlarm, hasTransition, now } = question;
  if (!hasTransition && before === undefined) return { suppression: undefined, performs: false };
  if (suppressorInAlarm) return { suppression: { by: "Alarm" }, performs: false };
  if (hasTransition) return waitUntil("WaitPeriod", now + settings.waitPeriodSeconds * 1_000, now);
  if (before?.by === "Alarm") {
    return waitUntil("ExtensionPeriod", now + settings.extensionPeriodSeconds * 1_000, now);
  }
  if (before === undefined) return { suppression: undefined, performs: false };
  // Longer than a whole period it waits only if the clock was set back meanwhile.
  const { waitPeriodSeconds: wait, extensionPeriodSeconds: extension } = settings;
  const longestMs = (before.by === "WaitPeriod" ? wait : extension) * 1_000;
  return waitUntil(before.by, Math.min(before.untilAt, now + longestMs), now);
}

function waitUntil(by: "WaitPeriod" | "ExtensionPeriod", untilAt: number, now: number): SuppressionOutcome {
  if (untilAt <= now) return { suppression: undefined, performs: true };
  return { suppression: { by, untilAt }, performs: false };
}
