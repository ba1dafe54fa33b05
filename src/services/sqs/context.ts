// What every handler of SQS is given.
import type { CallContext } from "../../wire/request.ts";
import type { Dependencies } from "../dependencies.ts";

export interface SqsContext {
  readonly call: CallContext;
  readonly dependencies: Pick<
    Dependencies,
    "addressOf" | "clock" | "facts" | "queues" | "state" | "stopwatch"
  >;
}
