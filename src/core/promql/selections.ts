// Which samples an evaluation looks at.
import type { PromqlExpression, TimeShift, VectorSelector } from "./expression.ts";
import { lookBackMs } from "./limits.ts";
import { printPromql } from "./print.ts";
import type { PromqlSelection } from "./series.ts";

/**
 * What must be read so that an expression can be evaluated at an instant, each selection once. A selector
 * looks back five minutes, a range as far as it says, both from the instants of the subquery around them.
 * https://prometheus.io/docs/prometheus/latest/querying/basics/#staleness
 */
export function selectionsOf(expression: PromqlExpression, atMs: number): readonly PromqlSelection[] {
  const selections = selectionsBySelector(expression, atMs).values();
  return [...new Map(Array.from(selections, (selection) => [selection.key, selection])).values()];
}

/** The instant from which something that is evaluated at another looks back, in epoch milliseconds. */
export function shiftedInstant({ pinned, offsetMs }: TimeShift, atMs: number, queryAtMs: number): number {
  const from = pinned === undefined ? atMs : typeof pinned === "string" ? queryAtMs : pinned.at;
  return from - offsetMs;
}

export function selectionsBySelector(
  expression: PromqlExpression,
  queryAtMs: number,
): ReadonlyMap<VectorSelector, PromqlSelection> {
  const selections = new Map<VectorSelector, PromqlSelection>();
  const select = (selector: VectorSelector, { fromMs, toMs }: Instants, rangeMs: number) => {
    const from = shiftedInstant(selector, fromMs, queryAtMs) - rangeMs;
    const to = shiftedInstant(selector, toMs, queryAtMs);
    const { matchers } = selector;
    const series = printPromql({ kind: "selector", matchers, offsetMs: 0, position: 0 });
    selections.set(selector, { key: `${series} ${from}..${to}`, matchers, fromMs: from, toMs: to });
  };
  const visit = (part: PromqlExpression, instants: Instants) => {
    if (part.kind === "selector") select(part, instants, lookBackMs);
    else if (part.kind === "range") select(part.selector, instants, part.rangeMs);
    else {
      const inner = part.kind === "subquery" ? instantsOf(part, instants) : instants;
      for (const one of partsOf(part)) visit(one, inner);
    }
  };
  const instantsOf = (subquery: TimeShift & { readonly rangeMs: number }, { fromMs, toMs }: Instants) => ({
    fromMs: shiftedInstant(subquery, fromMs, queryAtMs) - subquery.rangeMs,
    toMs: shiftedInstant(subquery, toMs, queryAtMs),
  });
  visit(expression, { fromMs: queryAtMs, toMs: queryAtMs });
  return selections;
}

/** The first and the last instant at which something is evaluated. */
interface Instants {
  readonly fromMs: number;
  readonly toMs: number;
}

function partsOf(expression: PromqlExpression): readonly PromqlExpression[] {
  switch (expression.kind) {
    case "number":
    case "string":
    case "selector":
    case "range":
      return [];
    case "subquery":
      return [expression.inner];
    case "sign":
      return [expression.operand];
    case "operation":
      return [expression.left, expression.right];
    case "aggregation":
      return expression.parameter === undefined
        ? [expression.inner]
        : [expression.parameter, expression.inner];
    case "call":
      return expression.arguments;
  }
}
