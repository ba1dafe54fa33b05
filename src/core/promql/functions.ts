// The table of all functions of PromQL.
import type { PromqlFunction } from "./function.ts";
import { calendarFunctions } from "./functions/calendar.ts";
import { generalFunctions } from "./functions/general.ts";
import { histogramFunctions } from "./functions/histogram.ts";
import { labelFunctions } from "./functions/labels.ts";
import { overTimeFunctions } from "./functions/over-time.ts";
import { pointwiseFunctions } from "./functions/pointwise.ts";
import { rateFunctions } from "./functions/rates.ts";
import { refusedFunctions } from "./functions/refused.ts";
import { trendFunctions } from "./functions/trends.ts";

/**
 * By name.
 * https://prometheus.io/docs/prometheus/latest/querying/functions/
 */
export const promqlFunctions: ReadonlyMap<string, PromqlFunction> = new Map(
  [
    ...pointwiseFunctions,
    ...calendarFunctions,
    ...rateFunctions,
    ...trendFunctions,
    ...overTimeFunctions,
    ...histogramFunctions,
    ...labelFunctions,
    ...generalFunctions,
    ...refusedFunctions,
  ].map((one) => [one.name, one]),
);
