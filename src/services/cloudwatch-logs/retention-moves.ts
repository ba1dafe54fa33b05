// Keeps the events of a group longer after its retention was lengthened.
import type { Clock } from "../../core/clock.ts";
import { retentionMovesIn } from "../../storage/retention-moves.ts";
import type { State } from "../../storage/state.ts";
import { extendRetention } from "../../storage/telemetry/log-events.ts";
import type { Telemetry } from "../../storage/telemetry.ts";

/** Events that were on their way with the old retention are moved by a second pass, so long after it. */
const secondPassMs = 60_000;
const retryMs = 300_000;
const movesPerStart = 10_000;

/**
 * Stored events expire by the retention that their group had when they came. `begin` notes durably that those
 * of a group must be moved to a longer one; the move runs behind the answer and goes on after a restart.
 */
export class RetentionMoves {
  readonly #telemetry: Telemetry;
  readonly #clock: Clock;
  readonly #moves;

  constructor(state: State, telemetry: Telemetry, clock: Clock) {
    this.#telemetry = telemetry;
    this.#clock = clock;
    this.#moves = retentionMovesIn(state);
    this.#resume().catch(() => this.#clock.schedule(this.#clock.now() + retryMs, () => this.#resume()));
  }

  async begin(groupId: number, retentionDays: number | undefined): Promise<void> {
    await this.#moves.put("", String(groupId), retentionDays === undefined ? {} : { retentionDays });
    this.#schedule(groupId, 0);
  }

  async #resume(): Promise<void> {
    for (const { key } of await this.#moves.list("", { limit: movesPerStart }))
      this.#schedule(Number(key), 0);
  }

  #schedule(groupId: number, delayMs: number): void {
    this.#clock.schedule(this.#clock.now() + delayMs, async () => {
      try {
        await this.#run(groupId, delayMs === secondPassMs);
      } catch {
        this.#schedule(groupId, retryMs);
      }
    });
  }

  /** The note is taken away by the second pass, unless the retention was lengthened again meanwhile. */
  async #run(groupId: number, last: boolean): Promise<void> {
    const move = await this.#moves.get("", String(groupId));
    if (move === undefined) return;
    await extendRetention(this.#telemetry, groupId, move.value.retentionDays);
    if (last) await this.#moves.delete("", move.key, move.version);
    else this.#schedule(groupId, secondPassMs);
  }
}
