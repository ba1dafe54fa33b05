// What becomes of the time series of a PromQL alarm: pending, in ALARM, recovering, and OK again.
import { alarmLimits, type ContributorIdentity, type PromqlCriteria, type TrackedSeries } from "./alarm.ts";
import type { ReturnedSeries } from "./alarm-reading.ts";
import type { NewState } from "./alarm-change.ts";
import { doubleText, instantText } from "./aws-text.ts";

type Periods = Pick<PromqlCriteria, "pendingSeconds" | "recoverySeconds">;

export interface Tracking {
  /** In the order in which they began to breach. */
  readonly tracked: readonly TrackedSeries[];
  /** Whether more should be in ALARM than are kept apart; they stay pending. */
  readonly isOverfull: boolean;
}

/**
 * One evaluation at the instant `at` (epoch milliseconds). A time series that is returned is breaching. It
 * is in ALARM once it was returned at every evaluation of the pending period, and OK again once it was
 * returned at none of the recovery period; with a period of zero at once. One that is pending and not
 * returned is forgotten. When the clock was set back, what began later begins now.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-promql.html
 */
export function trackSeries(
  before: readonly TrackedSeries[],
  returned: readonly ReturnedSeries[],
  { pendingSeconds, recoverySeconds }: Periods,
  at: number,
): Tracking {
  const now = new Map(returned.map((one) => [one.identity.id, one]));
  const known = new Set(before.map(({ id }) => id));
  const kept = before.flatMap((one): readonly TrackedSeries[] => {
    const { absentSince = at, ...present } = one;
    const breachingSince = Math.min(one.breachingSince, at);
    const found = now.get(one.id);
    if (found !== undefined) return [{ ...present, breachingSince, value: trackedValue(found.value) }];
    if (one.alarmSince === undefined) return [];
    const since = Math.min(absentSince, at);
    return at - since >= recoverySeconds * 1_000 ? [] : [{ ...one, breachingSince, absentSince: since }];
  });
  const fresh = [...now.values()]
    .filter(({ identity }) => !known.has(identity.id))
    .map(({ identity, value }): TrackedSeries => ({
      ...identity,
      breachingSince: at,
      value: trackedValue(value),
    }));
  let room = alarmLimits.contributors - kept.filter(({ alarmSince }) => alarmSince !== undefined).length;
  let isOverfull = false;
  const tracked = [...kept, ...fresh].map((one) => {
    if (one.alarmSince !== undefined || at - one.breachingSince < pendingSeconds * 1_000) return one;
    room -= 1;
    if (room >= 0) return { ...one, alarmSince: at };
    isOverfull = true;
    return one;
  });
  return { tracked, isOverfull };
}

/** As it is kept and told: NaN and the infinities are values, too. */
export const trackedValue = (value: number): string =>
  Number.isFinite(value) ? doubleText(value) : String(value);

/** A time series that went into ALARM, or out of it. */
export interface TrackedChange {
  readonly identity: ContributorIdentity;
  readonly isInAlarm: boolean;
  readonly reason: string;
  readonly changedFrom: "OK" | "ALARM";
}

export function trackedChanges(
  before: readonly TrackedSeries[],
  after: readonly TrackedSeries[],
  criteria: Periods,
  at: number,
): readonly TrackedChange[] {
  const inAlarm = (tracked: readonly TrackedSeries[]) =>
    new Map(tracked.filter(({ alarmSince }) => alarmSince !== undefined).map((one) => [one.id, one]));
  const [was, is] = [inAlarm(before), inAlarm(after)];
  const identityOf = ({ id, attributes }: TrackedSeries): ContributorIdentity => ({ id, attributes });
  return [
    ...[...is.values()]
      .filter(({ id }) => !was.has(id))
      .map((one) => ({
        identity: identityOf(one),
        isInAlarm: true,
        reason: alarmReason(one, criteria),
        changedFrom: "OK" as const,
      })),
    ...[...was.values()]
      .filter(({ id }) => !is.has(id))
      .map((one) => ({
        identity: identityOf(one),
        isInAlarm: false,
        reason: recoveryReason(one.absentSince ?? at, criteria),
        changedFrom: "ALARM" as const,
      })),
  ];
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-limits.html */
export function trackedState({ tracked, isOverfull }: Tracking): NewState {
  const inAlarm = tracked.filter(({ alarmSince }) => alarmSince !== undefined).length;
  const count = isOverfull ? `${inAlarm}+` : inAlarm === 0 ? "No" : String(inAlarm);
  return {
    value: inAlarm === 0 ? "OK" : "ALARM",
    reason: `${count} time series evaluated to ALARM`,
  };
}

export const alarmReason = ({ breachingSince, value }: TrackedSeries, { pendingSeconds }: Periods): string =>
  `The query has returned this time series since ${instantText(breachingSince)}, for the pending period of ` +
  `${pendingSeconds} seconds. Its last value was ${value}.`;

const recoveryReason = (absentSince: number, { recoverySeconds }: Periods): string =>
  `The query has not returned this time series since ${instantText(absentSince)}, for the recovery ` +
  `period of ${recoverySeconds} seconds.`;

/** A sentence for people: what the time series is in, since when, and what it waits for. */
export function explainTracked(one: TrackedSeries, criteria: Periods): string {
  const { breachingSince, alarmSince, absentSince, value } = one;
  const until = (since: number, seconds: number) => instantText(since + seconds * 1_000);
  const returned = `returned since ${instantText(breachingSince)}, last with ${value}`;
  if (alarmSince === undefined) {
    return `${returned}: pending until ${until(breachingSince, criteria.pendingSeconds)}`;
  }
  const inAlarm = `${returned}: in ALARM since ${instantText(alarmSince)}`;
  if (absentSince === undefined) return inAlarm;
  const recovers = until(absentSince, criteria.recoverySeconds);
  return `${inAlarm}, not returned since ${instantText(absentSince)}: OK at ${recovers} unless it comes back`;
}
