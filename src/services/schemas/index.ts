// The EventBridge Schemas API: the wire knows it, and no operation is supported yet.
import * as sdk from "@aws-sdk/client-schemas";
import { defineService, type Service } from "../../wire/service.ts";
import { limits } from "./limits.ts";

/** Every operation answers 501, by its own name. */
export function createSchemasService(): Service {
  return defineService({ name: "schemas", sdk, limits, handlers: {}, contextOf: (call) => call });
}
