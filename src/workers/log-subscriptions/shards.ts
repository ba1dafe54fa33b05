// Which subscriptions this node delivers: they are in shards, and the nodes share the shards by leases.
import { leaseMs, othersLeases, releaseLease, takeLease } from "../../storage/leases.ts";
import type { State } from "../../storage/state.ts";

const shardCount = 16;
const leasePrefix = "log-subscriptions/";
const leaseOf = (shard: number) => `${leasePrefix}${shard}`;

export function shardOf(key: string): number {
  let hash = 0;
  for (let index = 0; index < key.length; index++) hash = (hash * 31 + key.charCodeAt(index)) % 65_521;
  return hash % shardCount;
}

export class SubscriptionShards {
  readonly #state: State;
  /** Until when this node has them, in epoch milliseconds. */
  readonly #until = new Map<number, number>();

  constructor(state: State) {
    this.#state = state;
  }

  has(key: string, now: number): boolean {
    return (this.#until.get(shardOf(key)) ?? 0) > now;
  }

  /**
   * Renews its shards, takes those that are free while it has less than its share, and gives up what is more,
   * so that a node that joins gets some.
   * @returns the shards that are new here
   */
  async share(nodes: number, now: number): Promise<ReadonlySet<number>> {
    const fair = Math.ceil(shardCount / nodes);
    for (const shard of [...this.#until.keys()].slice(fair)) {
      this.#until.delete(shard);
      await releaseLease(this.#state, leaseOf(shard));
    }
    const taken = new Set<number>();
    for (const [shard, until] of this.#until) {
      const leftMs = until - now;
      // It lies further ahead than it was taken for when the clock was set back.
      if (leftMs > leaseMs / 2 && leftMs <= leaseMs) continue;
      // One that was over was another's meanwhile, perhaps.
      if ((await this.#take(shard, now)) && until <= now) taken.add(shard);
    }
    if (this.#until.size >= fair) return taken;
    const others = await othersLeases(this.#state, leasePrefix, now, shardCount);
    for (let shard = 0; shard < shardCount && this.#until.size < fair; shard++) {
      if (this.#until.has(shard) || others.has(leaseOf(shard))) continue;
      if (await this.#take(shard, now)) taken.add(shard);
    }
    return taken;
  }

  async #take(shard: number, now: number): Promise<boolean> {
    const until = await takeLease(this.#state, leaseOf(shard), now, leaseMs);
    if (until === undefined) this.#until.delete(shard);
    else this.#until.set(shard, until);
    return until !== undefined;
  }

  async leave(): Promise<void> {
    const shards = [...this.#until.keys()];
    this.#until.clear();
    for (const shard of shards) await releaseLease(this.#state, leaseOf(shard));
  }
}
