// Decides the composite alarms of a world, and looks again at actions that wait.
import type { Alarm, CompositeAlarm } from "../../core/alarms/alarm.ts";
import { changeState, reconsiderHeld, type Circumstances } from "../../core/alarms/alarm-change.ts";
import { childrenSignature, decideComposite } from "../../core/alarms/composite-decision.ts";
import { orderComposites } from "../../core/alarms/composite-order.ts";
import { alarmNameOf, childrenOf, type RuleExpression } from "../../core/alarms/composite-rule/expression.ts";
import { isRuleProblem, parseRule } from "../../core/alarms/composite-rule/parse.ts";
import { repeatedActions } from "../../core/alarms/repeated-actions.ts";
import { mutedAlarms, muteOf } from "../../storage/alarm-mute-rules.ts";
import {
  alarmScope,
  alarmsOf,
  compositeAlarms,
  writeAlarm,
  writeChange,
  type AlarmWorld,
} from "../../storage/alarms.ts";
import type { Document, State } from "../../storage/state.ts";

/** How often a pass is made again whose alarms were written by others meanwhile. */
const attempts = 5;

interface Composite {
  readonly document: Document<Alarm>;
  readonly alarm: CompositeAlarm;
  readonly expression: RuleExpression;
}

/**
 * Brings every composite alarm to the state of its rule, children first. Gives the instant at which actions
 * that wait must be looked at again; undefined when none do.
 */
export async function passComposites(
  state: State,
  world: AlarmWorld,
  now: number,
): Promise<number | undefined> {
  for (let attempt = 1; ; attempt++) {
    const pass = await startPass(state, world, now);
    const isWhole = await pass.run();
    if (isWhole || attempt >= attempts) return pass.nextAt();
  }
}

async function startPass(state: State, world: AlarmWorld, now: number) {
  const composites = await readComposites(state, world);
  const byName = new Map(composites.map((one) => [one.alarm.name, one]));
  const alarms = await readAlarms(state, world, composites);
  const muted = await mutedAlarms(state, world, now);
  const childOf = (name: string) => alarms.get(name)?.value;
  return { run, nextAt };

  /** False when an alarm was written by somebody else meanwhile. */
  async function run(): Promise<boolean> {
    const children = composites.map(
      ({ alarm, expression }) => [alarm.name, childrenOf(expression).map(alarmNameOf)] as const,
    );
    let isWhole = true;
    for (const name of orderComposites(new Map(children)).order) {
      const composite = byName.get(name);
      if (composite !== undefined && !(await decide(composite))) isWhole = false;
    }
    for (const { alarm } of composites) if (!(await release(alarm.name))) isWhole = false;
    return isWhole;
  }

  async function decide({ document, alarm, expression }: Composite): Promise<boolean> {
    const decided = decideComposite(alarm, expression, childOf);
    if (decided !== undefined) {
      const change = changeState(settled(alarm), decided, circumstancesOf(alarm));
      return keep(change.after, await writeChange(state, world, { version: document.version, change }, now));
    }
    const stillOverridden = alarm.overriddenAt === childrenSignature(expression, childOf);
    if (alarm.pending === undefined && (alarm.overriddenAt === undefined || stillOverridden)) return true;
    const written = { alarm: settled(alarm), before: document, now, history: [], events: [] };
    return keep(written.alarm, await writeAlarm(state, world, written));
  }

  async function release(name: string): Promise<boolean> {
    const found = alarms.get(name);
    const change =
      found === undefined
        ? undefined
        : (reconsiderHeld(found.value, circumstancesOf(found.value)) ?? repeatedActions(found.value, now));
    if (found === undefined || change === undefined) return true;
    return keep(change.after, await writeChange(state, world, { version: found.version, change }, now));
  }

  function keep(alarm: Alarm, isWritten: boolean): boolean {
    const before = alarms.get(alarm.name);
    if (isWritten && before !== undefined) {
      alarms.set(alarm.name, { ...before, value: alarm, version: before.version + 1 });
    }
    return isWritten;
  }

  function circumstancesOf(alarm: Alarm): Circumstances {
    const suppressor = alarm.type === "CompositeAlarm" ? alarm.suppressor?.alarm : undefined;
    const found = suppressor === undefined ? undefined : childOf(alarmNameOf(suppressor));
    const suppressorInAlarm = found?.state.value === "ALARM";
    return { now, ...muteOf(muted, alarm.name), suppressorInAlarm };
  }

  function nextAt(): number | undefined {
    const waits = [...alarms.values()].flatMap(({ value: { held } }) =>
      held !== undefined && "untilAt" in held ? [held.untilAt] : [],
    );
    return waits.length === 0 ? undefined : Math.min(...waits);
  }
}

/** The alarm once its rule was decided: neither new nor set by a caller. */
function settled(alarm: CompositeAlarm): CompositeAlarm {
  const { pending: _, overriddenAt: __, ...rest } = alarm;
  return rest;
}

async function readComposites(state: State, world: AlarmWorld): Promise<readonly Composite[]> {
  const documents = await compositeAlarms(state, world);
  return documents.flatMap((document) => {
    const alarm = document.value;
    if (alarm.type !== "CompositeAlarm") return [];
    const expression = parseRule(alarm.rule);
    return isRuleProblem(expression) ? [] : [{ document, alarm, expression }];
  });
}

/** The composite alarms, all that their rules refer to, and their suppressors, by name. */
async function readAlarms(
  state: State,
  world: AlarmWorld,
  composites: readonly Composite[],
): Promise<Map<string, Document<Alarm>>> {
  const names = composites.flatMap(({ alarm, expression }) => [
    ...childrenOf(expression).map(alarmNameOf),
    ...(alarm.suppressor === undefined ? [] : [alarmNameOf(alarm.suppressor.alarm)]),
  ]);
  const found = await alarmsOf(state).getMany(alarmScope(world), [...new Set(names)]);
  return new Map(
    [...found, ...composites.map(({ document }) => document)].map((document) => [document.key, document]),
  );
}
