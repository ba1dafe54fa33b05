// Changes of what others may change at the same time.

/** How often a write that races another one of the same things is made again. */
const attempts = 10;

/**
 * Runs `attempt` until it has written; undefined tells that others were first, and that what it decided on
 * may have changed.
 * @throws what `conflict` makes, when others are always first.
 */
export async function untilWritten<Result>(
  attempt: () => Promise<Result | undefined>,
  conflict: () => Error,
): Promise<Result> {
  for (let count = 0; count < attempts; count++) {
    const result = await attempt();
    if (result !== undefined) return result;
  }
  throw conflict();
}
