// Lets nodes that share a state forget what another one of them has changed.
import { every, type Clock } from "../../core/clock.ts";
import type { State } from "../../storage/state.ts";

/** What a node keeps in memory of what is defined in state. */
interface Kept {
  forget(groupId?: number): void;
}

/** One document a node: it grows with what the node changes. */
interface StoredChanges {
  readonly number: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

const lookMs = 1_000;
const limits = {
  nodes: 256,
  /** What a node that is gone has told is known to all long before. */
  keptMs: 3_600_000,
} as const;

/**
 * Groups, streams, and the rules for their events are looked up in memory, and a change is told to this
 * process alone. Where the state is shared, each node says when it has changed something, and looks every
 * second whether another one has; then it forgets everything, and reads again what it needs.
 */
export class SharedChanges {
  readonly #state: State;
  readonly #clock: Clock;
  readonly #kept: Kept[] = [];
  /** The last number of each of the others. */
  #heard: ReadonlyMap<string, number> = new Map();
  #number = 0;
  /** The last number that the others can see. */
  #told = 0;

  constructor(state: State, clock: Clock) {
    this.#state = state;
    this.#clock = clock;
    // A state that cannot be reached now is asked again.
    if (state.node !== undefined) every(clock, lookMs, () => this.#look().catch(() => undefined));
  }

  /** What it forgets is told to the other nodes; and what they change it forgets. */
  follow<Directory extends Kept>(directory: Directory): Directory {
    if (this.#state.node === undefined) return directory;
    this.#kept.push(directory);
    return {
      ...directory,
      forget: (groupId?: number) => {
        directory.forget(groupId);
        this.#number += 1;
        void this.#tell().catch(() => undefined); // it is told again a second later
      },
    };
  }

  async #tell(): Promise<void> {
    const { node } = this.#state;
    if (node === undefined || this.#told === this.#number) return;
    const number = this.#number;
    await this.#changes().put("", node, { number, at: this.#clock.now() });
    this.#told = Math.max(this.#told, number);
  }

  async #look(): Promise<void> {
    await this.#tell();
    const now = this.#clock.now();
    const found = await this.#changes().list("", { limit: limits.nodes });
    const others = found.filter(({ key }) => key !== this.#state.node);
    const before = this.#heard;
    this.#heard = new Map(others.map(({ key, value }) => [key, value.number]));
    if (others.some(({ key, value }) => before.get(key) !== value.number)) {
      for (const directory of this.#kept) directory.forget();
    }
    for (const { key, value, version } of others) {
      if (value.at <= now - limits.keptMs) await this.#changes().delete("", key, version);
    }
  }

  #changes() {
    return this.#state.collection<StoredChanges>("log-rule-changes");
  }
}
