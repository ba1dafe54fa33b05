// The nodes that deliver subscriptions: one alone, or several that share a store and the work.
import type { Cancel, Clock } from "../../core/clock.ts";
import { rewindCursors } from "../../storage/log-subscriptions.ts";
import type { State } from "../../storage/state.ts";
import { settledSequence } from "../../storage/telemetry/log-events.ts";
import { SharedArrivals } from "./shared-arrivals.ts";
import { shardOf, SubscriptionShards } from "./shards.ts";

export interface SubscriptionNodes {
  /** Whether the subscription with this key is this node's to deliver now. */
  mayDeliver(key: string): boolean;
  /** Whoever reads up to this sequence number misses nothing of any node. */
  settled(now: number): bigint;
  /** Above the numbers of all events that were stored by now, as far as the nodes' clocks agree. */
  bound(now: number): bigint;
  /** This node has stored events. */
  note(groupId: number, earliestAt: number): void;
  stop(): Promise<void>;
}

export interface SubscriptionNodesParts {
  readonly state: State;
  readonly clock: Clock;
  /** Another node has stored events. */
  readonly onNoted: (groupId: number, earliestAt: number) => void;
  /** A node has gone, or come: what it stored last is not known. */
  readonly onUnknown: () => void;
  /** These have become this node's to deliver. */
  readonly onTaken: (isTaken: (key: string) => boolean) => void;
  /** Once in a while: other nodes do not tell of subscriptions that changed. */
  readonly onLook: () => void;
  readonly onError: (error: unknown) => void;
}

const exchangeMs = 1_000;
/** Every so many exchanges. */
const lookPeriod = 10;

export function subscriptionNodes(parts: SubscriptionNodesParts): SubscriptionNodes {
  const { node } = parts.state;
  return node === undefined ? alone : join(parts, node);
}

/** Whatever is noted here is settled. */
const alone: SubscriptionNodes = {
  mayDeliver: () => true,
  settled: settledSequence,
  bound: () => 0n,
  note: () => undefined,
  stop: async () => undefined,
};

const sequenceBits = 22n;

function join(parts: SubscriptionNodesParts, node: string): SubscriptionNodes {
  const { clock, state, onError } = parts;
  const onGivenUp = (settled: bigint) => rewindCursors(state, settled);
  const arrivals = new SharedArrivals({ ...parts, settled: settledSequence, onGivenUp }, node);
  const shards = new SubscriptionShards(state);
  let turns = 0;
  let planned: Cancel | undefined;
  let isStopped = false;
  let running: Promise<void> = turn();
  return {
    mayDeliver: (key) => shards.has(key, clock.now()),
    settled: (now) => arrivals.settled(now),
    bound: (now) => BigInt(Math.max(0, Math.trunc(now)) + 1) << sequenceBits,
    note: (groupId, earliestAt) => arrivals.note(groupId, earliestAt),
    async stop() {
      isStopped = true;
      planned?.();
      await running;
      await shards.leave().catch(onError);
      await arrivals.leave().catch(onError);
    },
  };

  /** One after another: leases are renewed only by who has heard what the others tell. */
  async function turn(): Promise<void> {
    try {
      await arrivals.exchange(clock.now());
      const taken = await shards.share(arrivals.nodes, clock.now());
      if (taken.size > 0) parts.onTaken((key) => taken.has(shardOf(key)));
      if (turns++ % lookPeriod === lookPeriod - 1) parts.onLook();
    } catch (error) {
      onError(error);
    }
    if (isStopped) return;
    planned = clock.schedule(clock.now() + exchangeMs, () => {
      running = turn();
      return running;
    });
  }
}
