// Evaluates the metric alarms of a world that are due, and writes the states that change.
import type { MetricAlarm } from "../../core/alarms/alarm.ts";
import { applyDecision } from "../../core/alarms/apply-decision.ts";
import { evaluateMetricAlarm } from "../../core/alarms/evaluate-metric-alarm.ts";
import type { AlarmReader } from "../../storage/alarm-datapoints.ts";
import { mutedAlarms } from "../../storage/alarm-mute-rules.ts";
import { allAlarms, highResolutionAlarms, writeChanges, type AlarmWorld } from "../../storage/alarms.ts";
import type { Document, State } from "../../storage/state.ts";

export interface MetricPass {
  readonly state: State;
  readonly reader: AlarmReader;
  readonly world: AlarmWorld;
  /** When the pass is made, and the instant at which the windows end; epoch milliseconds. */
  readonly now: number;
  readonly asOf: number;
  /** Only alarms of high resolution: the others have had their turn in this minute. */
  readonly onlyHighResolution: boolean;
}

interface DueAlarm {
  readonly alarm: MetricAlarm;
  readonly version: number;
}

/** Alarms that were written by somebody else meanwhile have their turn at the next pass. */
export async function passMetricAlarms(pass: MetricPass): Promise<void> {
  const { state, reader, world, now, asOf, onlyHighResolution } = pass;
  const documents = await (onlyHighResolution ? highResolutionAlarms(state, world) : allAlarms(state, world));
  const due = documents.flatMap(dueAlarm);
  const muted = await mutedAlarms(state, world, now);
  const readings = await reader.read(
    world,
    due.map(({ alarm }) => alarm),
    asOf,
  );
  const changes = due.flatMap(({ alarm, version }) => {
    const reading = readings.get(alarm.name);
    if (reading === undefined) return [];
    const circumstances = { now, isMuted: muted.has(alarm.name), suppressorInAlarm: false };
    const change = applyDecision(alarm, evaluateMetricAlarm(alarm, reading, now), circumstances);
    return change === undefined ? [] : [{ version, change }];
  });
  await writeChanges(state, world, changes, now);
}

function dueAlarm({
  value,
  version,
}: Document<MetricAlarm | { readonly type: "CompositeAlarm" }>): readonly DueAlarm[] {
  return value.type === "MetricAlarm" ? [{ alarm: value, version }] : [];
}
