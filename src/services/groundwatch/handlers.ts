// The type of the own service's handlers.
import type { Handler } from "../../wire/handlers.ts";
import type { GroundwatchContext } from "./context.ts";
import type { GroundwatchSdk, OperationName } from "./schema-types.ts";

export type GroundwatchHandler<Name extends OperationName> = Handler<
  GroundwatchSdk,
  Name,
  GroundwatchContext
>;
