// Filter patterns as handlers use them: parsed and compiled, with AWS's error for what is no pattern.
import { compileFilterPattern, type MessagePredicate } from "../../core/logs/filter-pattern/compile.ts";
import { extractValues } from "../../core/logs/filter-pattern/extract.ts";
import { needlesOf } from "../../core/logs/filter-pattern/needles.ts";
import { parseFilterPattern } from "../../core/logs/filter-pattern/parse.ts";
import { FilterPatternError, type FilterPattern } from "../../core/logs/filter-pattern/tree.ts";
import type { Input, Output } from "./context.ts";
import { invalidParameter } from "./errors.ts";
import { compileRegex } from "./regular-expressions.ts";

export interface CompiledPattern {
  readonly pattern: FilterPattern;
  readonly matches: MessagePredicate;
  /** Texts that are in every message that matches. */
  readonly needles: readonly string[];
}

/** @throws InvalidParameterException with what is wrong and where. */
export function compilePattern(text: string): CompiledPattern {
  const pattern = parse(text);
  return { pattern, matches: compileFilterPattern(pattern, compileRegex), needles: needlesOf(pattern) };
}

function parse(text: string): FilterPattern {
  try {
    return parseFilterPattern(text);
  } catch (error) {
    if (!(error instanceof FilterPatternError)) throw error;
    throw invalidParameter(`Invalid filter pattern: ${error.message} (at character ${error.offset + 1})`);
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TestMetricFilter.html */
export function testMetricFilter(input: Input<"TestMetricFilter">): Output<"TestMetricFilter"> {
  const { pattern, matches } = compilePattern(input.filterPattern);
  return {
    matches: input.logEventMessages.flatMap((eventMessage, index) =>
      matches(eventMessage)
        ? [
            {
              eventNumber: index + 1,
              eventMessage,
              extractedValues: { ...extractValues(pattern, eventMessage) },
            },
          ]
        : [],
    ),
  };
}
