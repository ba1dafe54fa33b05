// What every handler of SNS is given.
import type { CallContext } from "../../wire/request.ts";
import type { Dependencies } from "../dependencies.ts";

export interface SnsContext {
  readonly call: CallContext;
  readonly dependencies: Pick<Dependencies, "clock" | "facts" | "topics">;
}
