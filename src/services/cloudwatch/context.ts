// What every handler of CloudWatch is given.
import type * as Sdk from "@aws-sdk/client-cloudwatch";
import type { InputOf, OutputOf } from "../../wire/handlers.ts";
import type { CallContext } from "../../wire/request.ts";
import type { Dependencies } from "../dependencies.ts";

export interface CloudWatchContext {
  readonly call: CallContext;
  readonly dependencies: Dependencies;
}

/** What the reading of metrics must know: who asks for what is read, and when. */
export interface ReadContext {
  readonly call: Pick<CallContext, "account" | "region" | "now" | "signal">;
  readonly dependencies: Dependencies;
  /** Alarms wait less long for functions, and nobody is told what they ask wrongly. */
  readonly isForAlarm?: boolean;
}

export type Input<Name extends string> = InputOf<typeof Sdk, Name>;
export type Output<Name extends string> = OutputOf<typeof Sdk, Name>;
