// What every handler of EventBridge is given.
import type { CallContext } from "../../wire/request.ts";
import type { Dependencies } from "../dependencies.ts";

export interface EventBridgeContext {
  readonly call: CallContext;
  readonly dependencies: Dependencies;
}
