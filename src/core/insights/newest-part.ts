// The newest part of what a query looks at, which is asked first, so that something is known early.

/** Instants are epoch milliseconds; both belong to it. */
export interface EventTimes {
  readonly first: number;
  readonly last: number;
}

/** So much of the time from the first event to the last one, before the last. */
export const newestShare = 16;

/**
 * When it begins. It is a part of the time in which there are events, wherever in the time of the query that
 * is, and always has the last one.
 */
export function newestPartFrom({ first, last }: EventTimes): number {
  return Math.floor(last - (last - first) / newestShare);
}
