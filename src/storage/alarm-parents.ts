// Which composite alarms refer to an alarm, in state: written with the rules that say so, so that a few are
// counted without reading all alarms.
import type { Alarm } from "../core/alarms/alarm.ts";
import { alarmNameOf, childrenOf } from "../core/alarms/composite-rule/expression.ts";
import { isRuleProblem, parseRule } from "../core/alarms/composite-rule/parse.ts";
import type { Change, State } from "./state.ts";

const collection = "alarm-parents";

/** The alarms that an alarm's rule refers to, each once; none unless it is a composite alarm. */
export function childNames(alarm: Alarm): readonly string[] {
  if (alarm.type !== "CompositeAlarm") return [];
  const expression = parseRule(alarm.rule);
  return isRuleProblem(expression) ? [] : [...new Set(childrenOf(expression).map(alarmNameOf))];
}

/** The steps to be written with an alarm that replaces another one, comes new, or goes. */
export function parentChanges(
  worldScope: string,
  name: string,
  { before, after }: { readonly before: Alarm | undefined; readonly after: Alarm | undefined },
): readonly Change[] {
  const old = new Set(before === undefined ? [] : childNames(before));
  const wanted = new Set(after === undefined ? [] : childNames(after));
  const place = (child: string) => ({ collection, scope: scopeOf(worldScope, child), key: name });
  return [
    ...[...wanted].filter((child) => !old.has(child)).map((child) => putAt(place(child))),
    ...[...old].filter((child) => !wanted.has(child)).map((child) => deleteAt(place(child))),
  ];
}

/** How many composite alarms refer to an alarm, the one of the name `except` left out. */
export async function countParents(
  state: State,
  worldScope: string,
  child: string,
  except: string,
): Promise<number> {
  const parents = state.collection<object>(collection);
  const scope = scopeOf(worldScope, child);
  const [all, own] = await Promise.all([parents.count(scope), parents.get(scope, except)]);
  return own === undefined ? all : all - 1;
}

type Place = Pick<Change & { kind: "put" }, "collection" | "scope" | "key">;

const putAt = (place: Place): Change => ({ kind: "put", ...place, value: {} });
const deleteAt = (place: Place): Change => ({ kind: "delete", ...place });

/** Names of alarms may have any characters; the world's part has two, each without a slash. */
const scopeOf = (worldScope: string, child: string) => `${worldScope}/${child}`;
