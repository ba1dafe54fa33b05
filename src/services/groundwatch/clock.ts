// GetClock and AdvanceClock: the time of the server, and the moving of it.
import { modelled } from "../../wire/service.ts";
import { OperationDisabledException } from "./errors.ts";
import type { GroundwatchHandler } from "./handlers.ts";

export const getClock: GroundwatchHandler<"GetClock"> = (_input, { dependencies, own }) => ({
  Mode: own.manualClock === undefined ? "system" : "manual",
  Now: dependencies.clock.now(),
});

/** Answers when everything that has become due has run. */
export const advanceClock: GroundwatchHandler<"AdvanceClock"> = async ({ Milliseconds }, context) => {
  const { manualClock } = context.own;
  if (manualClock === undefined) {
    throw modelled(
      OperationDisabledException,
      "The clock is the system's. Start the server with --clock manual to move it.",
    );
  }
  await manualClock.advance(Milliseconds);
  return { Mode: "manual", Now: manualClock.now() };
};
