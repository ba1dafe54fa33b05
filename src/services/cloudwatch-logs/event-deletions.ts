// Deletes the events of groups and streams that are no more.
import type { Clock } from "../../core/clock.ts";
import type { Change, State } from "../../storage/state.ts";
import { deleteLogEvents } from "../../storage/telemetry/log-events.ts";
import type { Telemetry } from "../../storage/telemetry.ts";

/** What is deleted: a whole group, or one stream of it. */
export interface DeletedEvents {
  readonly groupId: number;
  readonly streamId?: number;
}

/**
 * Events that were on their way when their stream was deleted are deleted by a second pass, so long after.
 */
const secondPassMs = 60_000;
const retryMs = 300_000;
const deletionsPerStart = 10_000;
const collection = "log-event-deletions";

/**
 * Nobody has the number of a deleted group or stream any more, so its events are out of sight at once; their
 * rows go behind the answer. The note is written together with the deletion, so that a kill or a failure
 * leaves no rows for ever; it is taken away by the second pass.
 */
export class EventDeletions {
  readonly #telemetry: Telemetry;
  readonly #clock: Clock;
  readonly #notes;

  constructor(state: State, telemetry: Telemetry, clock: Clock) {
    this.#telemetry = telemetry;
    this.#clock = clock;
    this.#notes = state.collection<DeletedEvents>(collection);
    this.#resume().catch(() => this.#clock.schedule(this.#clock.now() + retryMs, () => this.#resume()));
  }

  /** To be written in one with the deletion. */
  note(deleted: DeletedEvents): Change {
    return { kind: "put", collection, scope: "", key: keyOf(deleted), value: deleted };
  }

  /** Call it when the note is written. */
  begin(deleted: DeletedEvents): void {
    this.#schedule(deleted, 0);
  }

  async #resume(): Promise<void> {
    const notes = await this.#notes.list("", { limit: deletionsPerStart });
    for (const { value } of notes) this.#schedule(value, 0);
  }

  #schedule(deleted: DeletedEvents, delayMs: number): void {
    this.#clock.schedule(this.#clock.now() + delayMs, async () => {
      try {
        await deleteLogEvents(this.#telemetry, deleted.groupId, deleted.streamId);
        if (delayMs === secondPassMs) await this.#notes.delete("", keyOf(deleted));
        else this.#schedule(deleted, secondPassMs);
      } catch {
        this.#schedule(deleted, retryMs);
      }
    });
  }
}

const keyOf = ({ groupId, streamId }: DeletedEvents) =>
  streamId === undefined ? String(groupId) : `${groupId}/${streamId}`;
