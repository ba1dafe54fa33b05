// A client of our own service for commands, with the flags and the environment that every command knows.
import { GroundwatchClient, GroundwatchServiceError } from "../client/index.ts";
import type { ValuesOf } from "../server/options.ts";
import { CommandError } from "./command-errors.ts";
import { credentialsOf, explainingAbsence, type clientOptions } from "./logs-client.ts";

/** What the server refuses is told in its words, and that there is none in ours. */
export function askingServer<Answer>(
  { endpoint, region }: ValuesOf<typeof clientOptions>,
  ask: (client: GroundwatchClient) => Promise<Answer>,
): Promise<Answer> {
  return explainingAbsence(endpoint, async () => {
    try {
      return await ask(new GroundwatchClient({ endpoint, region, credentials: credentialsOf() }));
    } catch (error) {
      if (!(error instanceof GroundwatchServiceError)) throw error;
      throw new CommandError(`${error.name}: ${error.message}`, { cause: error });
    }
  });
}
