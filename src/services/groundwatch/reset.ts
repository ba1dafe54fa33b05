// Reset: everything in every account and region is gone, for test suites.
import { modelled } from "../../wire/service.ts";
import type { Dependencies } from "../dependencies.ts";
import type { OwnDependencies } from "./context.ts";
import { OperationDisabledException } from "./errors.ts";
import type { GroundwatchHandler } from "./handlers.ts";

export const reset: GroundwatchHandler<"Reset"> = async (_input, { dependencies, own }) => {
  if (!own.mayReset) {
    throw modelled(
      OperationDisabledException,
      "Reset erases everything in every account. Start the server with --test to allow it.",
    );
  }
  await eraseEverything(dependencies, own);
  return {};
};

/**
 * Erases definitions and telemetry of every account; access keys stay, and so does the clock. Resolves
 * when what is
 * written from then on is safe.
 */
export async function eraseEverything(
  { state, worlds, facts, telemetry, signing, logEncryption }: Dependencies,
  { accessKeys }: OwnDependencies,
): Promise<void> {
  await accessKeys.keepDuring(() => state.eraseDocuments());
  worlds.forget();
  signing.forget();
  logEncryption.forget();
  facts.publish({ kind: "WorldReset" });
  // With new worlds old rows are out of reach already; this is waited for because it takes the new ones too.
  await telemetry.truncate();
}
