// Evaluates the metric alarms of a world that are due, and writes the states that change.
import type { Alarm, MetricAlarm } from "../../core/alarms/alarm.ts";
import type { AlarmReading } from "../../core/alarms/alarm-reading.ts";
import { isDue, periodSecondsOf } from "../../core/alarms/alarm-window.ts";
import { applyDecision } from "../../core/alarms/apply-decision.ts";
import { evaluateMetricAlarm } from "../../core/alarms/evaluate-metric-alarm.ts";
import type { AlarmReader } from "../../storage/alarm-datapoints.ts";
import { mutedAlarms, muteOf } from "../../storage/alarm-mute-rules.ts";
import {
  allAlarms,
  highResolutionAlarms,
  writeChanges,
  type AlarmWorld,
  type DecidedChange,
} from "../../storage/alarms.ts";
import type { Document, State } from "../../storage/state.ts";

export interface MetricPass {
  readonly state: State;
  readonly reader: AlarmReader;
  readonly world: AlarmWorld;
  /** When the pass is made, and the instant at which the windows end; epoch milliseconds. */
  readonly now: number;
  readonly asOf: number;
  /** The `asOf` of the pass before; undefined for the first. */
  readonly passedAt: number | undefined;
  /** Only alarms of high resolution: the others have had their turn in this minute. */
  readonly onlyHighResolution: boolean;
  /** Hears whenever changes were written: their events and actions wait. */
  readonly onWritten: () => void;
}

interface DueAlarm {
  readonly alarm: MetricAlarm;
  readonly periodSeconds: number;
  readonly version: number;
}

/** So many are read while the changes of those before are written. */
const alarmsPerStep = 2_500;

/**
 * Alarms that were written by somebody else meanwhile have their turn at the next pass.
 * @returns what is left to be done, if anything: alarms on queries of others, which may take seconds, so that
 * nobody else should wait for them.
 */
export async function passMetricAlarms(pass: MetricPass): Promise<(() => Promise<void>) | undefined> {
  const { state, world, now, onlyHighResolution, onWritten } = pass;
  const documents = await (onlyHighResolution ? highResolutionAlarms(state, world) : allAlarms(state, world));
  // Those of one period are read together.
  const due = documents
    .flatMap(metricAlarm)
    .filter(({ alarm }) => isDue(alarm, pass.asOf, pass.passedAt))
    .toSorted((one, other) => one.periodSeconds - other.periodSeconds);
  const muted = await mutedAlarms(state, world, now);
  await evaluate(due.filter(({ alarm }) => !asksOthers(alarm)));
  const left = due.filter(({ alarm }) => asksOthers(alarm));
  return left.length === 0 ? undefined : () => evaluate(left);

  async function evaluate(all: readonly DueAlarm[]): Promise<void> {
    let changes: readonly DecidedChange[] = [];
    for (let start = 0; start < all.length; start += alarmsPerStep) {
      const some = all.slice(start, start + alarmsPerStep);
      const alarms = some.map(({ alarm }) => alarm);
      const [readings] = await Promise.all([pass.reader.read(world, alarms, pass.asOf), write(changes)]);
      const decided = some.flatMap((one) => decide(one, readings.get(one.alarm.name), muted, now));
      changes = await pass.reader.withLogLines(world, decided, pass.asOf);
    }
    await write(changes);
  }

  async function write(decided: readonly DecidedChange[]): Promise<void> {
    if (decided.length === 0) return;
    await writeChanges(state, world, decided, now);
    onWritten();
  }
}

/** On queries of logs, PromQL queries and functions. */
const asksOthers = ({ logs, promql, queries = [] }: MetricAlarm): boolean =>
  logs !== undefined ||
  promql !== undefined ||
  queries.some(({ expression = "" }) => /\bLAMBDA\s*\(/i.test(expression));

function decide(
  { alarm, version }: DueAlarm,
  reading: AlarmReading | undefined,
  muted: Awaited<ReturnType<typeof mutedAlarms>>,
  now: number,
): readonly DecidedChange[] {
  if (reading === undefined) return [];
  const circumstances = { now, ...muteOf(muted, alarm.name), suppressorInAlarm: false };
  const change = applyDecision(alarm, evaluateMetricAlarm(alarm, reading, now), circumstances);
  return change === undefined ? [] : [{ version, change }];
}

function metricAlarm({ value, version }: Document<Alarm>): readonly DueAlarm[] {
  if (value.type !== "MetricAlarm") return [];
  return [{ alarm: value, periodSeconds: periodSecondsOf(value), version }];
}
