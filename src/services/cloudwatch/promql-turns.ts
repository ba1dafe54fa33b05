// PromQL queries at once: each holds its samples in memory, so a few run while others wait.
import { WireError } from "../../wire/errors.ts";

/** Ours, of all accounts together. */
export const promqlTurnLimits = { atOnce: 4, waiting: 100 } as const;

type TakeTurn = <Result>(query: () => Promise<Result>) => Promise<Result>;

/** Runs queries in the order in which they come. @throws WireError 429 when too many wait. */
export function createPromqlTurns(): TakeTurn {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (query) => {
    if (running < promqlTurnLimits.atOnce) running += 1;
    else {
      if (waiting.length >= promqlTurnLimits.waiting) throw tooManyQueries();
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    try {
      return await query();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next(); // takes over the place
    }
  };
}

const tooManyQueries = () =>
  new WireError("ThrottlingException", "too many queries at once", { status: 429 });
