// PutMetricAlarm: an alarm on a metric is made, or replaced with its state kept.
import { randomUUID } from "node:crypto";
import { alarmTypeOf, type Alarm, type MetricAlarm } from "../../core/alarms/alarm.ts";
import type { AlarmState } from "../../core/alarms/alarm-state.ts";
import { initialReason } from "../../core/alarms/state-reason.ts";
import { refuseMisplacedActions } from "./alarm-action-input.ts";
import { validationError } from "./alarm-errors.ts";
import { requireRoomForQueries } from "./alarm-quotas.ts";
import { makeDetectors } from "./anomaly-detectors.ts";
import { commonAlarm, withTags } from "./alarm-input.ts";
import type { CloudWatchContext, Input } from "./context.ts";
import { metricAlarmPart, type MetricAlarmPart } from "./metric-alarm-input.ts";
import { readerOf } from "./metric-data-queries.ts";
import { defineAlarm } from "./stored-alarms.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
export async function putMetricAlarm(
  input: Input<"PutMetricAlarm">,
  context: CloudWatchContext,
): Promise<object> {
  const common = commonAlarm(input, context);
  refuseMisplacedActions("metric", input);
  const { now } = context.call;
  const part = metricAlarmPart(input, readerOf(context), now);
  await requireRoomForQueries(context, input.AlarmName, part);
  await defineAlarm(context, input.AlarmName, (before): MetricAlarm => {
    if (before !== undefined && !isMetricAlarm(before)) throw otherType(before);
    const kept =
      before === undefined
        ? { ...newAlarm(now, initialState(part)), tags: withTags({}, input.Tags), metricId: randomUUID() }
        : { ...keptOf(before), ...trackedOf(before, part) };
    return { ...kept, ...common, ...part, type: "MetricAlarm", configuredAt: now };
  });
  if (part.queries !== undefined) await makeDetectors(context, part.queries);
  return {};
}

/** Names are unique over all types of alarms. */
export function otherType(alarm: Alarm): Error {
  const type = alarmTypeOf(alarm);
  return validationError(`The name ${alarm.name} is already in use by an alarm of the type ${type}.`);
}

const isMetricAlarm = (alarm: Alarm): alarm is MetricAlarm => alarmTypeOf(alarm) === "MetricAlarm";

/** A PromQL alarm is OK from the beginning: without time series there is nothing that breaches. */
export const initialState = ({ promql }: MetricAlarmPart) =>
  promql === undefined ? "INSUFFICIENT_DATA" : "OK";

/** Time series go on as they are unless another query decides which there are. */
function trackedOf({ promql, queries, tracked, contributors }: MetricAlarm, part: MetricAlarmPart) {
  const [before, after] = [promql?.query ?? queries, part.promql?.query ?? part.queries];
  if (JSON.stringify(before) !== JSON.stringify(after)) return {};
  return {
    ...(tracked === undefined ? {} : { tracked }),
    ...(contributors === undefined ? {} : { contributors }),
  };
}

/** A new alarm has insufficient data until it is evaluated for the first time. */
export function newAlarm(
  now: number,
  value: AlarmState = "INSUFFICIENT_DATA",
): Pick<Alarm, "createdAt" | "state"> {
  return {
    createdAt: now,
    state: { value, reason: initialReason, updatedAt: now, transitionedAt: now },
  };
}

/** What a new definition leaves as it is. */
export function keptOf({ createdAt, state, tags, held, metricId, remindedAt }: MetricAlarm) {
  return {
    createdAt,
    state,
    tags,
    metricId,
    ...(held === undefined ? {} : { held }),
    ...(remindedAt === undefined ? {} : { remindedAt }),
  };
}
