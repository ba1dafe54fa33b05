// The alarm evaluator: alarms are evaluated when they are due, and what follows from a change follows at
// once.
import type { Cancel, Clock } from "../core/clock.ts";
import { alarmScope, alarmWorlds, type AlarmWorld } from "../storage/alarms.ts";
import { createAlarmEvaluation, type EvaluationParts, type WaitingWorld } from "./alarms/evaluation.ts";

export interface AlarmEvaluatorParts extends EvaluationParts {
  readonly onError: (error: unknown) => void;
}

export interface AlarmEvaluator {
  /** Ends when what is under way has ended. */
  stop(): Promise<void>;
}

/**
 * Alarms are evaluated every minute, those of high resolution every ten seconds, composite ones whenever
 * another alarm changes. Every change is written whole before anything is done about it, so the evaluator
 * can be killed at any point: events that were not put on the bus yet are put at the next start. Nothing
 * runs while there are no alarms. Nodes that evaluate the same alarm are told apart by its version: one of
 * them writes the change.
 */
export function startAlarmEvaluator({ onError, ...parts }: AlarmEvaluatorParts): AlarmEvaluator {
  const { clock, facts, state, worlds } = parts;
  const evaluation = createAlarmEvaluation(parts);
  const told = new Map<string, AlarmWorld>();
  let isFirstLook = true;
  const oneAtATime = createSequence(onError);
  const look = createTurn(clock, () => oneAtATime(lookAtWorlds));
  const tick = createTurn(clock, () => oneAtATime(evaluateDue));
  const listeners = [
    facts.listen("AlarmsChanged", ({ account, region }) => {
      told.set(alarmScope({ account, region }), { account, region });
      look.atLatest(clock.now());
    }),
    facts.listen("WorldReset", () => evaluation.forget()),
  ];
  look.atLatest(clock.now());
  return {
    async stop() {
      for (const forget of listeners) forget();
      await look.stop();
      await tick.stop();
    },
  };

  /** Composite alarms and waiting events of the worlds that were written; at the start those of all. */
  async function lookAtWorlds(): Promise<void> {
    const changed = isFirstLook ? await alarmWorlds(state) : [...told.values()];
    isFirstLook = false;
    told.clear();
    // An alarm may be the first thing that is known of its world.
    await Promise.all(changed.map(({ account, region }) => worlds.numberOf(account, region)));
    lookAgain(await evaluation.follow(changed));
    await planTick();
  }

  async function evaluateDue(): Promise<void> {
    try {
      lookAgain(await evaluation.evaluateDue());
    } finally {
      await planTick();
    }
  }

  function lookAgain(waiting: readonly WaitingWorld[]): void {
    for (const { world, until } of waiting) {
      told.set(alarmScope(world), world);
      look.atLatest(until);
    }
  }

  async function planTick(): Promise<void> {
    const dueAt = await evaluation.nextDueAt();
    if (dueAt !== undefined) tick.atLatest(dueAt);
  }
}

interface Turn {
  /** Runs the task at `dueAt` unless it runs before that anyway. */
  atLatest(dueAt: number): void;
  stop(): Promise<void>;
}

/** A task that has its turn at an instant. */
function createTurn(clock: Clock, task: () => Promise<void>): Turn {
  let planned: { readonly at: number; readonly cancel: Cancel } | undefined;
  let running: Promise<void> = Promise.resolve();
  let stopped = false;
  return {
    atLatest(dueAt) {
      if (stopped || (planned !== undefined && planned.at <= dueAt)) return;
      planned?.cancel();
      planned = { at: dueAt, cancel: clock.schedule(dueAt, run) };
    },
    async stop() {
      stopped = true;
      planned?.cancel();
      await running;
    },
  };

  function run(): Promise<void> {
    planned = undefined;
    running = task();
    return running;
  }
}

/**
 * Runs tasks one after another, so that no event is put twice; a failure is reported and ends only its
 * task.
 */
function createSequence(onError: (error: unknown) => void): (task: () => Promise<void>) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (task) => (last = last.then(task).catch(onError));
}
