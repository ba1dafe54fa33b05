// The history of alarms, in state: written with the change that it tells of, so that neither is without the
// other.
import { alarmLimits } from "../core/alarms/alarm.ts";
import type { AlarmHistoryItem } from "../core/alarms/alarm-history.ts";
import { arrivalKey } from "./arrival-key.ts";
import type { Change, ListOptions, State } from "./state.ts";

const collection = "alarm-history";
/** Stands behind an alarm's name in a key; names have no control characters. */
const separator = "\u0001";

/**
 * Keys begin with the alarm's name and go on with the time, ranks are the time: one document serves the
 * listing of an alarm and that of all alarms.
 */
export function historyChange(scope: string, item: AlarmHistoryItem): Change {
  const key = `${item.alarmName}${separator}${arrivalKey(item.at)}`;
  return { kind: "create", collection, scope, key, value: item, rank: item.at };
}

/** Where a listing goes on. */
export interface HistoryPosition {
  readonly key: string;
  readonly at: number;
}

export interface HistoryQuestion {
  readonly scope: string;
  readonly alarmName: string | undefined;
  /** Inclusive; epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly descending: boolean;
  readonly after: HistoryPosition | undefined;
  readonly accepts: (item: AlarmHistoryItem) => boolean;
  readonly limit: number;
}

export interface FoundHistoryItem extends HistoryPosition {
  readonly item: AlarmHistoryItem;
}

const pageSize = 500;

/** Up to `limit` items in the order of their time. */
export async function readHistory(
  state: State,
  question: HistoryQuestion,
): Promise<readonly FoundHistoryItem[]> {
  const history = state.collection<AlarmHistoryItem>(collection);
  const found: FoundHistoryItem[] = [];
  let after = question.after ?? startOf(question);
  for (;;) {
    const page = await history.list(question.scope, { ...listingOf(question, after), limit: pageSize });
    for (const { key, value } of page) {
      if (question.descending ? value.at < question.from : value.at > question.to) return found;
      if (question.accepts(value)) found.push({ key, at: value.at, item: value });
      if (found.length >= question.limit) return found;
    }
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return found;
    after = { key: last.key, at: last.value.at };
  }
}

/** A position before the first item of the range, in the direction of the listing. */
function startOf({ alarmName, descending, from, to }: HistoryQuestion): HistoryPosition {
  const at = descending ? to + 1 : from - 1;
  const time = String(Math.max(0, descending ? at : from)).padStart(15, "0");
  if (alarmName !== undefined) return { key: `${alarmName}${separator}${time}`, at };
  return { key: "", at: descending ? at : from - 0.5 };
}

function listingOf(
  { alarmName, descending }: HistoryQuestion,
  after: HistoryPosition,
): Omit<ListOptions, "limit"> {
  if (alarmName !== undefined) {
    return { order: "key", descending, prefix: `${alarmName}${separator}`, after: { key: after.key } };
  }
  return { order: "rank", descending, after: { key: after.key, rank: after.at } };
}

/** Forgets items of a scope that are older than CloudWatch keeps them. */
export async function expireHistory(state: State, scope: string, now: number): Promise<void> {
  const history = state.collection<AlarmHistoryItem>(collection);
  for (;;) {
    const old = await history.list(scope, {
      order: "rank",
      maxRank: now - alarmLimits.historyMs,
      limit: pageSize,
    });
    await state.write(old.map(({ key }) => ({ kind: "delete", collection, scope, key })));
    if (old.length < pageSize) return;
  }
}
