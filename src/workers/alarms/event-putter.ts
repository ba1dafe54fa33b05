// Puts the events of alarms that wait on the default bus.
import type { Clock } from "../../core/clock.ts";
import type { FactBoard } from "../../core/facts.ts";
import { drainEvents } from "../../storage/alarm-events.ts";
import type { State } from "../../storage/state.ts";
import { appendBusEvents } from "../../storage/telemetry/bus-events.ts";
import type { Telemetry } from "../../storage/telemetry.ts";
import type { Worlds } from "../../storage/worlds.ts";

const bus = "default";

export interface EventPutterParts {
  readonly clock: Clock;
  readonly facts: FactBoard;
  readonly state: State;
  readonly telemetry: Telemetry;
  readonly worlds: Worlds;
}

/** What it gives puts all that wait; calls follow one another, so that no event is put twice. */
export function createEventPutter(parts: EventPutterParts): () => Promise<void> {
  const { clock, facts, state, telemetry, worlds } = parts;
  let last: Promise<void> = Promise.resolve();
  return () => (last = last.catch(() => undefined).then(putWaiting));

  async function putWaiting(): Promise<void> {
    await drainEvents(state, async ({ account, region }, events) => {
      const world = await worlds.numberOf(account, region);
      const onBus = events.map((event) => ({ ...event, bus }));
      await appendBusEvents(telemetry, world, onBus, clock.now());
      for (const { event } of events) {
        facts.publish({ kind: "ServiceEventStored", account, region, bus, event });
      }
    });
    facts.publish({ kind: "AlarmActionsQueued" });
  }
}
