// Events of alarms that are still to be put on the bus: written with the change that they tell of, so that
// none is lost.
import type { AlarmEvent } from "../core/alarms/alarm-event.ts";
import { arrivalKey } from "./arrival-key.ts";
import type { Change, Document, State } from "./state.ts";

const collection = "alarm-event-batches";
/** The queue is one for all accounts: who puts events looks in a single place. */
const scope = "";
/**
 * Changes that are written together share documents, which cost more than what is in them; those of callers
 * have one each. Either way a page is enough for a put, and fits into memory.
 */
const eventsPerBatch = 20;
const batchesPerPage = 200;

/** Whose events they are. */
interface EventOwner {
  readonly account: string;
  readonly region: string;
}

interface EventBatch extends EventOwner {
  readonly events: readonly AlarmEvent[];
}

/** The steps that queue events, to be written with what they tell of. */
export function eventChanges(
  { account, region }: EventOwner,
  events: readonly AlarmEvent[],
  now: number,
): readonly Change[] {
  const changes: Change[] = [];
  for (let start = 0; start < events.length; start += eventsPerBatch) {
    const value: EventBatch = { account, region, events: events.slice(start, start + eventsPerBatch) };
    changes.push({ kind: "create", collection, scope, key: arrivalKey(now), value });
  }
  return changes;
}

/**
 * Hands every event that waits to `put`, in the order in which they arose, and forgets those that it took. An
 * event is put again when the process ends between the two.
 */
export async function drainEvents(
  state: State,
  put: (owner: EventOwner, events: readonly AlarmEvent[]) => Promise<void>,
): Promise<void> {
  const waiting = state.collection<EventBatch>(collection);
  for (;;) {
    const page = await waiting.list(scope, { limit: batchesPerPage });
    await Promise.all(byOwner(page).map(([owner, events]) => put(owner, events)));
    await state.write(page.map(({ key }) => ({ kind: "delete", collection, scope, key })));
    if (page.length < batchesPerPage) return;
  }
}

function byOwner(
  page: readonly Document<EventBatch>[],
): readonly (readonly [EventOwner, readonly AlarmEvent[]])[] {
  const owners = new Map<string, readonly [EventOwner, AlarmEvent[]]>();
  for (const { value } of page) {
    const { account, region, events } = value;
    const name = `${account}/${region}`;
    const known = owners.get(name) ?? [{ account, region }, []];
    owners.set(name, known);
    known[1].push(...events);
  }
  return [...owners.values()];
}
