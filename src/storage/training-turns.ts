// Keeps the training of models from holding up everything else that the process does.
import type { InSteps } from "../core/metrics/anomaly/in-steps.ts";

/**
 * Datapoints that models are trained on in a minute at the wish of bands, whose askers wait for them: about
 * four seconds of one core. A model by the minute has 20,160, one by five minutes 4,032. What is beyond has
 * its turn in a later minute; detectors have theirs from their own worker.
 */
const datapointsPerMinute = 400_000;
const minuteMs = 60_000;

export interface TrainingTurns {
  /** Whether a model on so many datapoints may still be trained in this minute; if so, it is counted. */
  mayTrain(datapoints: number, now: number): boolean;
  /** Runs steps one at a time, whoever asks, and lets the event loop turn after each. */
  run<Result>(steps: InSteps<Result>): Promise<Result>;
}

export function createTrainingTurns(): TrainingTurns {
  let minute: number | undefined;
  let left = 0;
  let last: Promise<unknown> = Promise.resolve();
  return {
    mayTrain(datapoints, now) {
      const present = Math.floor(now / minuteMs);
      if (present !== minute) left = datapointsPerMinute;
      minute = present;
      if (datapoints > left) return false;
      left -= datapoints;
      return true;
    },
    run(steps) {
      const result = last.then(() => runSteps(steps));
      last = result.catch(() => undefined);
      return result;
    },
  };
}

async function runSteps<Result>(steps: InSteps<Result>): Promise<Result> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
