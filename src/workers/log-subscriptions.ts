// Delivers log events to those who subscribed to them, in the order of their arrival, at least once.
import type { Cancel, Clock } from "../core/clock.ts";
import type { FactBoard } from "../core/facts.ts";
import { allCursors, parseCursorKey } from "../storage/log-subscriptions.ts";
import { onLogEventsStored } from "../storage/telemetry/log-events.ts";
import { readSubscription } from "./log-subscriptions/definition.ts";
import { subscriptionNodes, type SubscriptionNodes } from "./log-subscriptions/nodes.ts";
import { collectMs, SubscriptionRun, type RunParts } from "./log-subscriptions/run.ts";

export interface LogSubscriptionsParts extends RunParts {
  readonly facts: FactBoard;
  readonly onError: (error: unknown) => void;
}

export interface LogSubscriptions {
  /** Ends when what is under way has ended. */
  stop(): Promise<void>;
}

/** After a failure of our own: the store, not the target. */
const repairMs = 10_000;

/**
 * How far a subscription was delivered is written behind every delivery, so that a kill repeats what was on
 * its way and loses nothing. A subscription whose target fails waits alone, longer each time, and gives a
 * payload up after a day, as AWS does. Nothing is read while nothing is put. Nodes that share a store share
 * the subscriptions by leases; what a node that is gone has not delivered is delivered by another one.
 */
export function startLogSubscriptions(parts: LogSubscriptionsParts): LogSubscriptions {
  const { clock, facts, state, onError } = parts;
  const turns = new Map<string, SubscriptionTurns>();
  const abort = new AbortController();
  let loading: Promise<void> = Promise.resolve();
  const load = () => {
    loading = loading.then(loadAll).catch((error: unknown) => {
      onError(error);
      if (!abort.signal.aborted) clock.schedule(clock.now() + repairMs, load);
    });
  };
  const nodes = joinNodes(parts, turns, load);
  const forgetListeners = [
    facts.listen("LogSubscriptionsChanged", load),
    facts.listen("WorldReset", load),
    onLogEventsStored((groupId, earliestAt) => {
      nodes.note(groupId, earliestAt);
      for (const turn of turns.values()) turn.note(groupId, earliestAt);
    }),
  ];
  load();
  return {
    async stop() {
      for (const forget of forgetListeners) forget();
      abort.abort();
      await loading;
      await Promise.all([...turns.values()].map((turn) => turn.end()));
      await nodes.stop();
    },
  };

  /** Makes the subscriptions be what state says; those that did not change go on. */
  async function loadAll(): Promise<void> {
    const found = new Set((await allCursors(state)).map(({ key }) => key));
    for (const key of turns.keys()) if (!found.has(key)) remove(key);
    const unread = new Map<string, unknown>();
    for (const key of found) {
      if (abort.signal.aborted) return;
      await loadOne(key).catch((error: unknown) => unread.set(key, error));
    }
    const [first] = unread;
    if (first === undefined) return;
    const [key, cause] = first;
    const text = `${unread.size} subscriptions cannot be read, among them ${key}: ${String(cause)}`;
    throw new Error(text, { cause });
  }

  /** One that cannot be read keeps no other one from being there. */
  async function loadOne(key: string): Promise<void> {
    const { scope, subscription } = parseCursorKey(key);
    const definition = await readSubscription(parts, scope, subscription);
    const identity = turns.get(key)?.run.definition.identity;
    if (definition !== undefined && identity === definition.identity) return;
    remove(key);
    if (definition === undefined) return;
    const run = new SubscriptionRun(parts, nodes, key, definition, abort.signal);
    turns.set(key, new SubscriptionTurns(run, clock, onError));
  }

  function remove(key: string): void {
    void turns.get(key)?.end();
    turns.delete(key);
  }
}

/** What the nodes beside this one tell goes to the subscriptions. */
function joinNodes(
  { state, clock, onError }: LogSubscriptionsParts,
  turns: ReadonlyMap<string, SubscriptionTurns>,
  onLook: () => void,
): SubscriptionNodes {
  return subscriptionNodes({
    state,
    clock,
    onNoted: (groupId, earliestAt) => {
      for (const turn of turns.values()) turn.note(groupId, earliestAt);
    },
    onUnknown: () => {
      for (const turn of turns.values()) turn.noteEverywhere();
    },
    onTaken: (isTaken) => {
      for (const [key, turn] of turns) if (isTaken(key)) turn.startOver();
    },
    onLook,
    onError,
  });
}

/** When a subscription has its turns: one at a time, some time after there is something to do. */
class SubscriptionTurns {
  readonly run: SubscriptionRun;
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  #planned: { readonly at: number; readonly cancel: Cancel } | undefined;
  #running: Promise<void> | undefined;
  #ended = false;

  constructor(run: SubscriptionRun, clock: Clock, onError: (error: unknown) => void) {
    this.run = run;
    this.#clock = clock;
    this.#onError = onError;
    this.#plan(clock.now());
  }

  note(groupId: number, earliestAt: number): void {
    if (!this.run.isMine || !this.run.wants(groupId)) return;
    this.run.note(groupId, earliestAt);
    this.#plan(this.#clock.now() + collectMs);
  }

  noteEverywhere(): void {
    this.run.noteEverywhere();
    if (this.run.isMine) this.#plan(this.#clock.now() + collectMs);
  }

  /** It has become this node's to deliver. */
  startOver(): void {
    this.run.startOver();
    this.#plan(this.#clock.now());
  }

  async end(): Promise<void> {
    this.#ended = true;
    this.#planned?.cancel();
    this.run.end();
    await this.#running;
  }

  /** While a turn is under way it says itself what follows. */
  #plan(dueAt: number): void {
    if (this.#ended || this.#running !== undefined) return;
    if (this.#planned !== undefined && this.#planned.at <= dueAt) return;
    this.#planned?.cancel();
    const at = Math.max(dueAt, this.run.notBefore);
    const cancel = this.#clock.schedule(at, () => {
      this.#planned = undefined;
      this.#running = this.#turn();
      return this.#running;
    });
    this.#planned = { at, cancel };
  }

  async #turn(): Promise<void> {
    let next: number | undefined;
    try {
      next = await this.run.turn();
    } catch (error) {
      if (!this.#ended) this.#onError(error);
      next = this.#clock.now() + repairMs;
    }
    this.#running = undefined;
    if (next !== undefined) this.#plan(next);
  }
}
