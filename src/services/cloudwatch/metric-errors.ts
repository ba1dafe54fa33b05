// Errors that the reading operations of CloudWatch share.
import {
  InvalidParameterCombinationException,
  InvalidParameterValueException,
} from "@aws-sdk/client-cloudwatch";
import { isPeriod } from "../../core/metrics/periods.ts";
import { parseStatistic, type Statistic } from "../../core/metrics/statistic-names.ts";
import { modelled } from "../../wire/service.ts";

export const invalidValue = (message: string) => modelled(InvalidParameterValueException, message);

export const invalidCombination = (message: string) =>
  modelled(InvalidParameterCombinationException, message);

/** @throws InvalidParameterValueException; `path` is the parameter's name in AWS's words. */
export function requireStatistic(name: string, path: string): Statistic {
  const statistic = parseStatistic(name);
  if (statistic === undefined)
    throw invalidValue(`The value ${name} for parameter ${path} is not supported.`);
  return statistic;
}

/** @throws InvalidParameterValueException */
export function requirePeriod(seconds: number, path: string): number {
  if (isPeriod(seconds)) return seconds;
  throw invalidValue(`The parameter ${path} must be 1, 5, 10, 20, 30 or a multiple of 60.`);
}

/** @throws InvalidParameterValueException unless the range has an inside */
export function requireRange(start: Date, end: Date): void {
  if (start.getTime() < end.getTime()) return;
  throw invalidValue("The parameter StartTime must be less than the parameter EndTime.");
}
