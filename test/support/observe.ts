// How a test looks at a server from outside: waits for something to become true, counts answered calls.
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

/** How often each operation was answered in an account and region, by the server's own records. */
export async function answeredCalls(
  { endpoint }: TestServer,
  { account, region }: { readonly account: string; readonly region: string },
): Promise<ReadonlyMap<string, number>> {
  const credentials = { accessKeyId: account, secretAccessKey: "any" };
  const groundwatch = new GroundwatchClient({ endpoint, region, credentials });
  const counts = new Map<string, number>();
  let nextToken: string | undefined;
  do {
    const page = await groundwatch.listApiCalls(nextToken === undefined ? {} : { NextToken: nextToken });
    for (const { EventName } of page.ApiCalls) counts.set(EventName, (counts.get(EventName) ?? 0) + 1);
    nextToken = page.NextToken;
  } while (nextToken !== undefined);
  return counts;
}
