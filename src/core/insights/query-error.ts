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

/** The words that CloudWatch uses for text that fits no rule. */
export function unexpectedSymbol(text: string, span: Span): InsightsQueryError {
  const symbol = span.start >= text.length ? "<EOF>" : text.slice(span.start, span.end);
  return new InsightsQueryError(`unexpected symbol found ${symbol}${placeOf(text, span)}`, span);
}

/** What is wrong, and where: tools such as the AWS CLI show nothing of an error but its message. */
export function explainQueryError({ message, span }: InsightsQueryError, text: string): string {
  const place = placeOf(text, span);
  return message.endsWith(place) ? message : `${message}${place}`;
}

/** Lines count from 1, positions from 0, as they do in CloudWatch's messages. */
function placeOf(text: string, span: Span): string {
  const before = text.slice(0, span.start).split("\n");
  return ` at line ${before.length} and position ${before.at(-1)?.length ?? 0}`;
}
