// Cuts the answer of GetMetricData into pages of at most so many datapoints.

/** How many periods a query may answer with. */
export interface QuerySize {
  readonly periods: number;
}

/** Where a page begins: at a query, and among its periods (in the order of the answer). */
export interface PagePosition {
  readonly query: number;
  readonly period: number;
}

/** The part of a query that is on a page: `count` periods from the `first` on, in the order of the answer. */
export interface PagePart {
  readonly query: number;
  readonly first: number;
  readonly count: number;
  /** False when the rest of the query is on the next page. */
  readonly complete: boolean;
}

export interface Page {
  readonly parts: readonly PagePart[];
  readonly next: PagePosition | undefined;
}

/** Queries one after the other, each cut only where the page is full; every query is on some page. */
export function cutPage(sizes: readonly QuerySize[], start: PagePosition, maximum: number): Page {
  const parts: PagePart[] = [];
  let left = maximum;
  for (let query = start.query; query < sizes.length; query++) {
    const first = query === start.query ? start.period : 0;
    const wanted = Math.max(0, (sizes[query]?.periods ?? 0) - first);
    if (wanted > 0 && left === 0) return { parts, next: { query, period: first } };
    const count = Math.min(wanted, left);
    left -= count;
    parts.push({ query, first, count, complete: count === wanted });
    if (count < wanted) return { parts, next: { query, period: first + count } };
  }
  return { parts, next: undefined };
}
