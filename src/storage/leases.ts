// Leases in state: of the nodes that share a store one has the lease of a name, until it is silent too long.
import type { Collection, State } from "./state.ts";

/** So long a node that died is waited for. Work under one lease is in steps that are shorter than this. */
export const leaseMs = 30_000;

/** `until` in epoch milliseconds. */
interface StoredLease {
  readonly holder: string;
  readonly until: number;
}

const leasesIn = (state: State): Collection<StoredLease> => state.collection("leases");

/**
 * Takes a lease, or renews it when half of it is over.
 *
 * A store that is one process's alone needs none: nothing is written, and after a crash nobody waits.
 * @returns until when this node has it, in epoch milliseconds; undefined while another one has it
 */
export async function takeLease(
  state: State,
  name: string,
  now: number,
  forMs = leaseMs,
): Promise<number | undefined> {
  const { node: holder } = state;
  const until = now + forMs;
  if (holder === undefined) return until;
  const leases = leasesIn(state);
  const found = await leases.get("", name);
  if (found === undefined) return (await leases.create("", name, { holder, until })) ? until : undefined;
  const isMine = found.value.holder === holder;
  const leftMs = found.value.until - now;
  if (isMine && leftMs > forMs / 2 && leftMs <= forMs) return found.value.until;
  if (!isMine && isRunning(found.value.until, now, forMs)) return undefined;
  return (await leases.replace("", name, { holder, until }, found.version)) ? until : undefined;
}

/**
 * Clocks of nodes may differ by the length of a lease. One that lies further ahead was taken before the clock
 * was set back, and is over: whoever is still there renews it.
 */
export const isRunning = (until: number, now: number, forMs: number): boolean =>
  until > now && until <= now + 2 * forMs;

/** The names with a prefix that other nodes have now; at most `limit` are looked at. */
export async function othersLeases(
  state: State,
  prefix: string,
  now: number,
  limit: number,
  forMs = leaseMs,
): Promise<ReadonlySet<string>> {
  const found = await leasesIn(state).list("", { prefix, limit });
  const others = found.filter(
    ({ value }) => value.holder !== state.node && isRunning(value.until, now, forMs),
  );
  return new Set(others.map(({ key }) => key));
}

/** Lets others have it at once. */
export async function releaseLease(state: State, name: string): Promise<void> {
  if (state.node === undefined) return;
  const leases = leasesIn(state);
  const found = await leases.get("", name);
  if (found?.value.holder === state.node) await leases.delete("", name, found.version);
}
