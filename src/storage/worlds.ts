// Worlds: the number that stands for an (account, region) pair in telemetry rows.
import type { State } from "./state.ts";

export interface Worlds {
  /**
   * The pair's number, given out on first use; a new one after everything was erased, so old rows are
   * unreachable.
   */
  numberOf(account: string, region: string): Promise<number>;
  /** The same where it is known already; undefined where state must be asked. */
  recall(account: string, region: string): number | undefined;
  /** Forgets what is cached; call it after `eraseDocuments`. */
  forget(): void;
}

interface World {
  readonly number: number;
}

export function createWorlds(state: State): Worlds {
  const collection = state.collection<World>("worlds");
  const known = new Map<string, Promise<number>>();
  const recalled = new Map<string, number>();
  return {
    numberOf(account, region) {
      const key = `${account}/${region}`;
      const cached = known.get(key);
      if (cached !== undefined) return cached;
      const number = find(key);
      known.set(key, number);
      number.then(
        (found) => {
          if (known.get(key) === number) recalled.set(key, found);
        },
        () => known.delete(key),
      );
      return number;
    },
    recall: (account, region) => recalled.get(`${account}/${region}`),
    forget() {
      known.clear();
      recalled.clear();
    },
  };

  async function find(key: string): Promise<number> {
    const found = await collection.get("", key);
    if (found !== undefined) return found.value.number;
    const number = await state.nextNumber("world");
    if (await collection.create("", key, { number })) return number;
    const winner = await collection.get("", key);
    if (winner === undefined) throw new Error(`world ${key} was erased while it was made`);
    return winner.value.number;
  }
}
