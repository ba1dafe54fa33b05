// What every handler of X-Ray is given.
import type { CallContext } from "../../wire/request.ts";
import type { Dependencies } from "../dependencies.ts";

export interface XrayContext {
  readonly call: CallContext;
  readonly dependencies: Dependencies;
}
