// What an evaluation of alarms consists of: metric alarms that are due, composite ones, and the events of
// both.
import type { Clock } from "../../core/clock.ts";
import type { FactBoard } from "../../core/facts.ts";
import type { AlarmReader } from "../../storage/alarm-datapoints.ts";
import { expireHistory } from "../../storage/alarm-history.ts";
import { alarmScope, alarmWorlds, hasAlarms, type AlarmWorld } from "../../storage/alarms.ts";
import type { State } from "../../storage/state.ts";
import type { Telemetry } from "../../storage/telemetry.ts";
import type { Worlds } from "../../storage/worlds.ts";
import { passComposites } from "./composite-pass.ts";
import { createEventPutter } from "./event-putter.ts";
import { passMetricAlarms } from "./metric-pass.ts";

const minuteMs = 60_000;
const highResolutionMs = 10_000;
const hourMs = 3_600_000;

export interface EvaluationParts {
  readonly clock: Clock;
  readonly facts: FactBoard;
  readonly state: State;
  readonly telemetry: Telemetry;
  readonly worlds: Worlds;
  readonly alarms: AlarmReader;
  /**
   * How long after the end of a period it is evaluated, for data that is still on its way. Later data
   * counts at the next evaluation.
   */
  readonly settleMs: number;
}

/** A world whose composite alarms hold actions back until an instant. */
export interface WaitingWorld {
  readonly world: AlarmWorld;
  readonly until: number;
}

export interface AlarmEvaluation {
  /** Evaluates the metric alarms that are due now, and the composite ones. */
  evaluateDue(): Promise<readonly WaitingWorld[]>;
  /** Decides the composite alarms of these worlds and puts events that wait on the bus. */
  follow(worlds: readonly AlarmWorld[]): Promise<readonly WaitingWorld[]>;
  /** When alarms are due next; undefined while there are none. */
  nextDueAt(): Promise<number | undefined>;
  /** Drops what is cached. */
  forget(): void;
}

export function createAlarmEvaluation(parts: EvaluationParts): AlarmEvaluation {
  const { clock, state, alarms: reader, settleMs } = parts;
  let lastMinute: number | undefined;
  let passedAt: number | undefined;
  const putEvents = createEventPutter(parts);

  return {
    async evaluateDue() {
      const now = clock.now();
      const asOf = now - settleMs;
      const minute = Math.floor(asOf / minuteMs);
      const isNewMinute = minute !== lastMinute;
      lastMinute = minute;
      const evaluated: AlarmWorld[] = [];
      const left: (() => Promise<void>)[] = [];
      for (const world of await alarmWorlds(state)) {
        const { any, highResolution } = await hasAlarms(state, world);
        if (!any || !(isNewMinute || highResolution)) continue;
        const onlyHighResolution = !isNewMinute;
        const times = { now, asOf, passedAt };
        const pass = { state, reader, world, ...times, onlyHighResolution, onWritten };
        const rest = await passMetricAlarms(pass);
        if (rest !== undefined) left.push(rest);
        evaluated.push(world);
        const isNewHour = isNewMinute && (minute * minuteMs) % hourMs === 0;
        if (isNewHour) await expireHistory(state, alarmScope(world), now);
      }
      passedAt = asOf;
      if (left.length === 0) return follow(evaluated);
      const outcomes = await Promise.allSettled([follow(evaluated), ...left.map((evaluate) => evaluate())]);
      const failed = outcomes.find(({ status }) => status === "rejected");
      if (failed?.status === "rejected") throw failed.reason;
      return follow(evaluated);
    },
    follow,
    async nextDueAt() {
      let intervalMs: number | undefined;
      for (const world of await alarmWorlds(state)) {
        const { any, highResolution } = await hasAlarms(state, world);
        if (highResolution) intervalMs = highResolutionMs;
        else if (any) intervalMs ??= minuteMs;
      }
      if (intervalMs === undefined) return undefined;
      return (Math.floor((clock.now() - settleMs) / intervalMs) + 1) * intervalMs + settleMs;
    },
    forget: () => reader.forget(),
  };

  async function follow(worlds: readonly AlarmWorld[]): Promise<readonly WaitingWorld[]> {
    const waiting: WaitingWorld[] = [];
    for (const world of worlds) {
      const until = await passComposites(state, world, clock.now());
      if (until !== undefined) waiting.push({ world, until });
    }
    await putEvents();
    return waiting;
  }

  /** What fails is put again, and reported, at the end of the evaluation. */
  function onWritten(): void {
    putEvents().catch(() => undefined);
  }
}
