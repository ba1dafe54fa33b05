// What has been started, so that it is stopped in the opposite order.

export interface StopStack {
  push(stop: () => void | Promise<void>): void;
  /**
   * Stops everything, also when one of the stops fails; the first failure is thrown at the end. Once only.
   */
  stopAll(): Promise<void>;
}

export function createStopStack(): StopStack {
  const stops: (() => void | Promise<void>)[] = [];
  let stopping: Promise<void> | undefined;
  return {
    push: (stop) => stops.push(stop),
    stopAll: () => (stopping ??= stopEach()),
  };

  async function stopEach(): Promise<void> {
    const failures: unknown[] = [];
    for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) {
      try {
        await stop();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
