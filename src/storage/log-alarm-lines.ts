// Reads the log lines that notifications of log alarms carry, once there is something to tell.
import type { AlarmChange, ContributorChange } from "../core/alarms/alarm-change.ts";
import { alarmWindow } from "../core/alarms/alarm-window.ts";
import { lineOf, linesQueryOf, type LogLine } from "../core/alarms/log-lines.ts";
import type { AlarmWorld, DecidedChange } from "./alarms.ts";
import type { LogQuerySource } from "./log-query-source.ts";

const readsAtOnce = 4;

type Told = AlarmChange | ContributorChange;

/**
 * The changes with the lines of the last run at `asOf` (epoch milliseconds), where the alarm wants some and a
 * topic is told. What cannot be read is left out: the notification matters more.
 */
export async function withLogLines(
  source: LogQuerySource,
  world: AlarmWorld,
  decided: readonly DecidedChange[],
  asOf: number,
): Promise<readonly DecidedChange[]> {
  const told = decided.flatMap(({ change }) => [change, ...(change.contributors ?? [])]).filter(wantsLines);
  if (told.length === 0) return decided;
  const found = new Map<Told, readonly LogLine[]>();
  const next = told.values();
  const takeChanges = async () => {
    for (const one of next) found.set(one, await linesOf(source, world, one, asOf));
  };
  await Promise.all(Array.from({ length: readsAtOnce }, takeChanges));
  const withLines = <Change extends Told>(one: Change): Change => {
    const logLines = found.get(one);
    return logLines === undefined ? one : { ...one, logLines };
  };
  return decided.map(({ version, change }) => {
    const contributors = change.contributors?.map(withLines);
    return {
      version,
      change: { ...withLines(change), ...(contributors === undefined ? {} : { contributors }) },
    };
  });
}

function wantsLines({ after, actions }: Told): boolean {
  if (after.type !== "MetricAlarm" || after.logs?.lines === undefined) return false;
  return actions.some((arn) => /^arn:[\w-]+:sns:/.test(arn));
}

async function linesOf(
  source: LogQuerySource,
  world: AlarmWorld,
  told: Told,
  asOf: number,
): Promise<readonly LogLine[]> {
  const alarm = told.after;
  if (alarm.type !== "MetricAlarm" || alarm.logs?.lines === undefined) return [];
  const { logs } = alarm;
  const { to, periodSeconds } = alarmWindow(alarm, asOf);
  const runAt = to - periodSeconds * 1_000;
  const answer = await source({
    world,
    queryString: linesQueryOf(logs, "contributor" in told ? told.contributor : undefined),
    logGroupIdentifiers: logs.logGroupIdentifiers,
    from: runAt - logs.startOffsetSeconds * 1_000,
    to: runAt - logs.endOffsetSeconds * 1_000,
    limit: alarm.logs.lines.count,
  });
  return "rows" in answer ? answer.rows.map(lineOf) : [];
}
