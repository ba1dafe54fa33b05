// A back-test: the changes of state that a definition would have gone through, evaluation by evaluation.
import { applyDecision } from "./apply-decision.ts";
import type { MetricAlarm } from "./alarm.ts";
import type { AlarmReading } from "./alarm-reading.ts";
import type { AlarmState } from "./alarm-state.ts";
import { evaluationStepMs, periodSecondsOf } from "./alarm-window.ts";
import { evaluateMetricAlarm } from "./evaluate-metric-alarm.ts";
import { initialReason } from "./state-reason.ts";

export interface BacktestTransition {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly from: AlarmState;
  readonly to: AlarmState;
  readonly reason: string;
}

/** Windows of a sliding alarm begin at so many different instants of a period at most. */
const windowsPerPeriod = 60;

/**
 * The instants at which windows end, in `[from, to]`. An alarm whose period is longer than an hour is looked
 * at sixty times in each, not every minute.
 */
export function backtestInstants(alarm: MetricAlarm, from: number, to: number): readonly number[] {
  const intervalMs = evaluationStepMs(alarm);
  const share = Math.floor((periodSecondsOf(alarm) * 1_000) / windowsPerPeriod / intervalMs) * intervalMs;
  const stepMs = Math.max(intervalMs, share);
  const instants: number[] = [];
  for (let at = Math.ceil(from / stepMs) * stepMs; at <= to; at += stepMs) instants.push(at);
  return instants;
}

export interface Backtest {
  /** The next evaluation, in the order of time. */
  evaluate(reading: AlarmReading, at: number): void;
  readonly transitions: readonly BacktestTransition[];
  readonly state: AlarmState;
}

/** The alarm begins as a new one: without data, and warming up if it has to. */
export function startBacktest(definition: MetricAlarm, startAt: number): Backtest {
  const { held: _, contributors: __, evaluationState: ___, tracked: ____, ...defined } = definition;
  let alarm: MetricAlarm = {
    ...defined,
    createdAt: startAt,
    state: {
      value: definition.promql === undefined ? "INSUFFICIENT_DATA" : "OK",
      reason: initialReason,
      updatedAt: startAt,
      transitionedAt: startAt,
    },
  };
  const transitions: BacktestTransition[] = [];
  return {
    transitions,
    get state() {
      return alarm.state.value;
    },
    evaluate(reading, now) {
      const circumstances = { now, isMuted: false, suppressorInAlarm: false };
      const change = applyDecision(alarm, evaluateMetricAlarm(alarm, reading, now), circumstances);
      if (change === undefined || change.after.type !== "MetricAlarm") return;
      const from = alarm.state.value;
      alarm = change.after;
      const { value: to, reason } = alarm.state;
      if (change.isTransition) transitions.push({ at: now, from, to, reason });
    },
  };
}
