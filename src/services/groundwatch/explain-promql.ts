// Why a PromQL alarm is, or was, in its state: each time series, and since when it is what it is.
import type { MetricAlarm, PromqlCriteria, TrackedSeries } from "../../core/alarms/alarm.ts";
import type { AlarmReading, ReturnedSeries } from "../../core/alarms/alarm-reading.ts";
import { evaluationStepMs } from "../../core/alarms/alarm-window.ts";
import { explainTracked, trackedValue } from "../../core/alarms/track-series.ts";
import type { OperationOutput } from "./schema-types.ts";

type Explanation = OperationOutput<"ExplainAlarm">;
type Contributor = NonNullable<Explanation["Contributors"]>[number];

/**
 * Of the last evaluation all is known; of an earlier one, what the query returns for its instant by the data
 * that is stored now, and since when of what is still breaching. `now` in epoch milliseconds.
 */
export function explainPromqlAlarm(
  alarm: MetricAlarm,
  criteria: PromqlCriteria,
  { window, returned = [], problem, isPartial = false }: AlarmReading,
  now: number,
): Pick<Explanation, "Decision" | "Notes"> & Partial<Explanation> {
  const { tracked = [] } = alarm;
  const isLast = window.to + evaluationStepMs(alarm) > now;
  const found = new Map(returned.map((one) => [one.identity.id, one]));
  // The value is kept with a step only, and not with every evaluation.
  const current = tracked.map((one) => {
    const sample = found.get(one.id);
    return sample === undefined ? one : { ...one, value: trackedValue(sample.value) };
  });
  const known = current.filter((one) => isLast || (one.breachingSince <= window.to && found.has(one.id)));
  const knownIds = new Set(known.map(({ id }) => id));
  const others = returned.filter(({ identity }) => !knownIds.has(identity.id));
  const count = returned.length;
  return {
    Decision: `The query returns ${count} time series, each of which is breaching; one in ALARM is enough.`,
    DecidedBy: "contributors",
    WindowFrom: window.from,
    WindowTo: window.to,
    PeriodSeconds: window.periodSeconds,
    Datapoints: [],
    Contributors: [
      ...known.map((one) => trackedContributor(one, criteria, window.to)),
      ...others.map((one) => returnedContributor(one)),
    ],
    Notes: [
      ...(problem === undefined ? [] : [`The query cannot be evaluated: ${problem}`]),
      ...(isPartial ? ["The query returns more than it looks at."] : []),
      ...(isLast ? [] : ["Since when time series were breaching is known of the last evaluation only."]),
    ],
  };
}

function trackedContributor(one: TrackedSeries, criteria: PromqlCriteria, at: number): Contributor {
  const isInAlarm = one.alarmSince !== undefined && one.alarmSince <= at;
  return {
    ContributorId: one.id,
    Attributes: attributesOf(one.attributes),
    State: isInAlarm ? "ALARM" : "OK",
    DecidedBy: one.absentSince === undefined ? "pendingPeriod" : "recoveryPeriod",
    Decision: explainTracked(one, criteria),
    Datapoints: [],
  };
}

const returnedContributor = ({ identity, value }: ReturnedSeries): Contributor => ({
  ContributorId: identity.id,
  Attributes: attributesOf(identity.attributes),
  State: "OK",
  DecidedBy: "query",
  Decision: `returned with ${trackedValue(value)}`,
  Datapoints: [],
});

const attributesOf = (attributes: Readonly<Record<string, string>>) =>
  Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));
