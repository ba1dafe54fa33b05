// How a test looks at a running server from outside: wait for something to become true, count its answered calls.
import { GroundwatchClient } from "../../src/client/index.ts";
import type { TestServer } from "./server.ts";

const patienceMs = 10_000;

/** Repeats `look` until it no longer throws; after ten seconds its last error is the test's. */
export async function eventually<Result>(look: () => Promise<Result>): Promise<Result> {
  for (let waitedMs = 0; ; waitedMs += 50) {
    try {
      return await look();
    } catch (error) {
      if (waitedMs >= patienceMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
