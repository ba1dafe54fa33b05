// What waits in a durable queue does not wait longer when the clock is set back.
import type { Collection } from "./state.ts";

const pageSize = 500;

/** How the clock was set back, and what is to stay as it is. */
export interface SetBack {
  /** By the clock as it is since; epoch milliseconds. */
  readonly now: number;
  readonly byMs: number;
  /** Keys of what is being worked on: its worker tells when it is due again, if at all. */
  readonly except: ReadonlySet<string>;
}

/**
 * Makes what is due behind `now` due earlier. Documents are ranked by when they are due; one that somebody
 * takes meanwhile stays as he took it.
 * @param rewrite What else changes in a document.
 */
export async function bringForward<Value>(
  queue: Collection<Value>,
  scope: string,
  { now, byMs, except }: SetBack,
  rewrite: (value: Value) => Value = (value) => value,
): Promise<void> {
  let after = { key: "", rank: now };
  for (;;) {
    const page = await queue.list(scope, { order: "rank", after, limit: pageSize });
    await Promise.all(
      page.map(async ({ key, value, version, rank = now }) => {
        if (except.has(key)) return;
        await queue.replace(scope, key, rewrite(value), version, Math.max(now, rank - byMs));
      }),
    );
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    after = { key: last.key, rank: last.rank ?? now };
  }
}

/**
 * For a queue in which nothing ever waits longer than `longestMs`: what is due later was put there before the
 * clock was set back, be it while nobody ran, and waits no longer than that now. Done again it does nothing.
 */
export async function limitWaits<Value>(
  queue: Collection<Value>,
  scope: string,
  { now, longestMs }: { readonly now: number; readonly longestMs: number },
  rewrite: (value: Value) => Value = (value) => value,
): Promise<void> {
  const latestAt = now + longestMs;
  let after = { key: "", rank: latestAt + 1 };
  for (;;) {
    const page = await queue.list(scope, { order: "rank", after, limit: pageSize });
    // Somebody who takes one meanwhile says by himself when it is due.
    const limited = page.map(({ key, value, version }) =>
      queue.replace(scope, key, rewrite(value), version, latestAt),
    );
    await Promise.all(limited);
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    after = { key: last.key, rank: last.rank ?? latestAt };
  }
}
