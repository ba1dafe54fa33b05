// The runs of the queries of log alarms: each is made once, and remembered for as long as it is looked at.
import type { MetricAlarm } from "../core/alarms/alarm.ts";
import type { AlarmReading } from "../core/alarms/alarm-reading.ts";
import { periodsOf, type AlarmWindow } from "../core/alarms/alarm-window.ts";
import { queryOfLogAlarm, readingOfRuns, type LogQueryRow } from "../core/alarms/log-alarm.ts";
import { nothing } from "./alarm-expressions.ts";
import { alarmScope, type AlarmWorld } from "./alarms.ts";
import type { LogQuerySource } from "./log-query-source.ts";

const runsAtOnce = 4;
/** Runs that are remembered: 200 alarms with the most results that each can look at. */
const maximumKnownRuns = 20_000;

interface AlarmInWindow {
  readonly alarm: MetricAlarm;
  readonly window: AlarmWindow;
}

export interface LogAlarmRuns {
  /** The readings of those of the alarms that are log alarms, by their names. */
  read(
    world: AlarmWorld,
    windows: readonly AlarmInWindow[],
  ): Promise<readonly (readonly [string, AlarmReading])[]>;
  forget(): void;
}

/**
 * Runs are not stored: after a restart those that an alarm looks at are made again over the same spans of
 * time, so that events which came late count then.
 */
export function createLogAlarmRuns(source: LogQuerySource): LogAlarmRuns {
  let known = new Map<string, readonly LogQueryRow[]>();
  return {
    async read(world, windows) {
      const wanted = windows.filter(({ alarm }) => alarm.logs !== undefined);
      const readings: (readonly [string, AlarmReading])[] = [];
      const next = wanted.values();
      const takeAlarms = async () => {
        for (const one of next) readings.push([one.alarm.name, await readOne(world, one)]);
      };
      await Promise.all(Array.from({ length: runsAtOnce }, takeAlarms));
      return readings;
    },
    forget() {
      known = new Map();
    },
  };

  /**
   * A run that failed leaves the alarm without data; while others did not, that may be over soon. So do fewer
   * runs than could decide, as after a change of the query.
   * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-log.html
   */
  async function readOne(world: AlarmWorld, { alarm, window }: AlarmInWindow): Promise<AlarmReading> {
    const runs = new Map<number, readonly LogQueryRow[]>();
    let problem: string | undefined;
    let due = 0;
    const rateMs = window.periodSeconds * 1_000;
    for (let at = window.from; at < window.to; at += rateMs) {
      if (at < sinceOf(alarm)) continue;
      due++;
      const answer = await runAt(world, alarm, at);
      if ("problem" in answer) ({ problem } = answer);
      else runs.set(at, answer.rows);
    }
    if (problem !== undefined) {
      return { ...nothing(window, problem), isSourceFailed: true, isPassing: runs.size > 0 };
    }
    const isTooEarly = due < (alarm.datapointsToAlarm ?? alarm.evaluationPeriods);
    if (isTooEarly) return { window, periods: periodsOf(window, new Map()), isSourceFailed: true };
    return readingOfRuns(alarm, window, runs);
  }

  async function runAt(world: AlarmWorld, alarm: MetricAlarm, at: number) {
    const { logs } = alarm;
    if (logs === undefined) return { rows: [] };
    const key = `${alarmScope(world)}/${alarm.name}/${sinceOf(alarm)}/${at}`;
    const rows = known.get(key);
    if (rows !== undefined) return { rows };
    const answer = await source({
      world,
      queryString: queryOfLogAlarm(logs),
      logGroupIdentifiers: logs.logGroupIdentifiers,
      from: at - logs.startOffsetSeconds * 1_000,
      to: at - logs.endOffsetSeconds * 1_000,
    });
    if ("rows" in answer) {
      known.set(key, answer.rows);
      const [oldest] = known.keys();
      if (known.size > maximumKnownRuns && oldest !== undefined) known.delete(oldest);
    }
    return answer;
  }
}

/** Runs of another query than today's, or of none, do not count. */
const sinceOf = ({ createdAt, logs }: MetricAlarm) => Math.max(createdAt, logs?.since ?? 0);
