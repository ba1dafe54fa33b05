// Queries that run on one of several nodes of a shared state: the others see how far they are, and stop them.
import type { Cancel, Clock } from "../../core/clock.ts";
import { isRunning, leaseMs } from "../../storage/leases.ts";
import type { Collection, State } from "../../storage/state.ts";
import type { RunStatistics } from "./query-answers.ts";

/** What a node tells of a query that it runs, until it has ended. */
export interface RunProgress {
  readonly status: "Scheduled" | "Running";
  readonly statistics: RunStatistics;
}

interface StoredProgress extends RunProgress {
  /** The node says so again before this; epoch milliseconds. */
  readonly until: number;
  /** Somebody has asked another node to stop it. */
  readonly isStopped: boolean;
}

interface OwnRun {
  readonly scope: string;
  readonly progress: () => RunProgress;
  readonly stop: () => void;
}

export interface QueryNodes {
  /** Call it before the query can be found; then its progress is told, and whoever wants to can stop it. */
  begin(queryId: string, run: OwnRun): Promise<void>;
  /** Call it when how the query has ended can be found. */
  end(queryId: string, scope: string): Promise<void>;
  /** Undefined for a query that has ended, or whose node has died. */
  find(scope: string, queryId: string): Promise<RunProgress | undefined>;
  /** False for such a one. The node stops it within a second. */
  stop(scope: string, queryId: string): Promise<boolean>;
  /** How many queries of a scope other nodes run; of a node that has died, for the length of a lease. */
  elsewhere(scope: string): Promise<number>;
}

const tellMs = 1_000;
const limits = {
  /** Of a scope, those included that nodes which have died have left. */
  stored: 1_000,
  /** How long these are left. */
  leftMs: 3_600_000,
} as const;

/** A state that is a process's alone is not written to, and nobody is elsewhere. */
const nobodyElse: QueryNodes = {
  begin: async () => undefined,
  end: async () => undefined,
  find: async () => undefined,
  stop: async () => false,
  elsewhere: async () => 0,
};

export function createQueryNodes(state: State, clock: Clock): QueryNodes {
  return state.node === undefined ? nobodyElse : new SharedQueries(state, clock);
}

/** A node that has told nothing for the length of a lease is dead, and its queries with it. */
class SharedQueries implements QueryNodes {
  readonly #clock: Clock;
  readonly #stored: Collection<StoredProgress>;
  readonly #own = new Map<string, OwnRun>();
  #planned: Cancel | undefined;

  constructor(state: State, clock: Clock) {
    this.#clock = clock;
    this.#stored = state.collection<StoredProgress>("log-query-progress");
  }

  async begin(queryId: string, run: OwnRun): Promise<void> {
    this.#own.set(queryId, run);
    await this.#stored.put(run.scope, queryId, this.#progressOf(run));
    this.#plan();
  }

  async end(queryId: string, scope: string): Promise<void> {
    this.#own.delete(queryId);
    await this.#stored.delete(scope, queryId);
  }

  async find(scope: string, queryId: string): Promise<RunProgress | undefined> {
    const found = await this.#stored.get(scope, queryId);
    return found !== undefined && this.#isAlive(found.value) ? found.value : undefined;
  }

  async stop(scope: string, queryId: string): Promise<boolean> {
    for (;;) {
      const found = await this.#stored.get(scope, queryId);
      if (found === undefined || !this.#isAlive(found.value)) return false;
      const asked = { ...found.value, isStopped: true };
      // The node tells its progress meanwhile.
      if (found.value.isStopped || (await this.#stored.replace(scope, queryId, asked, found.version))) {
        return true;
      }
    }
  }

  #isAlive({ until }: StoredProgress): boolean {
    return isRunning(until, this.#clock.now(), leaseMs);
  }

  async elsewhere(scope: string): Promise<number> {
    const now = this.#clock.now();
    const found = await this.#stored.list(scope, { limit: limits.stored });
    for (const { key, value, version } of found) {
      if (value.until <= now - limits.leftMs) await this.#stored.delete(scope, key, version);
    }
    return found.filter(({ key, value }) => value.until > now && !this.#own.has(key)).length;
  }

  #progressOf({ progress }: OwnRun): StoredProgress {
    return { ...progress(), until: this.#clock.now() + leaseMs, isStopped: false };
  }

  #plan(): void {
    if (this.#planned !== undefined || this.#own.size === 0) return;
    this.#planned = this.#clock.schedule(this.#clock.now() + tellMs, async () => {
      // A state that cannot be reached now is told the next time.
      for (const [queryId, run] of this.#own) await this.#tell(queryId, run).catch(() => undefined);
      this.#planned = undefined;
      this.#plan();
    });
  }

  async #tell(queryId: string, run: OwnRun): Promise<void> {
    const found = await this.#stored.get(run.scope, queryId);
    if (found === undefined) return;
    if (found.value.isStopped) run.stop();
    else await this.#stored.replace(run.scope, queryId, this.#progressOf(run), found.version);
  }
}
