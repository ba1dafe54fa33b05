// What every handler of CloudTrail is given.
import type { CallContext } from "../../wire/request.ts";
import type { Dependencies } from "../dependencies.ts";

export interface CloudTrailContext {
  readonly call: CallContext;
  readonly dependencies: Dependencies;
}
