// Why a text is no Logs Insights query, and where.

/** A stretch of the query's text, in UTF-16 units; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What clients see as MalformedQueryException, with the span as the location of `queryCompileError`. */
export class InsightsQueryError extends Error {
  readonly span: Span;
  constructor(message: string, span: Span) {
    super(message);
    this.name = "InsightsQueryError";
    this.span = span;
  }
}

/** The words that CloudWatch uses for text that fits no rule; lines count from 1, positions from 0. */
export function unexpectedSymbol(text: string, span: Span): InsightsQueryError {
  const before = text.slice(0, span.start).split("\n");
  const symbol = span.start >= text.length ? "<EOF>" : text.slice(span.start, span.end);
  const position = before.at(-1)?.length ?? 0;
  return new InsightsQueryError(
    `unexpected symbol found ${symbol} at line ${before.length} and position ${position}`,
    span,
  );
}
