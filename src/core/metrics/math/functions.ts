// The table of all functions of metric math.
import type { MathFunction } from "./function.ts";
import { aggregateFunctions } from "./functions/aggregate.ts";
import { arrayFunctions } from "./functions/arrays.ts";
import { calendarFunctions } from "./functions/calendar.ts";
import { conditionalFunction } from "./functions/conditional.ts";
import { fillFunction } from "./functions/fill.ts";
import { lambdaFunction } from "./functions/lambda.ts";
import { pointwiseFunctions } from "./functions/pointwise.ts";
import { sequenceFunctions } from "./functions/sequence.ts";
import { sourceFunctions } from "./functions/sources.ts";

/** By name, in capitals. */
export const mathFunctions: ReadonlyMap<string, MathFunction> = new Map(
  [
    ...pointwiseFunctions,
    ...aggregateFunctions,
    ...sequenceFunctions,
    ...calendarFunctions,
    ...arrayFunctions,
    fillFunction,
    conditionalFunction,
    ...sourceFunctions,
    lambdaFunction,
  ].map((one) => [one.name, one]),
);
