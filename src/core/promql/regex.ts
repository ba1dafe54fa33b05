// The regular expressions of matchers and of label_replace.

/** A compiled regular expression of RE2, whose time grows with the text and no faster. */
export interface PromqlRegex {
  /** The groups of the first match, the whole match first; undefined when there is none. */
  match(text: string): readonly (string | undefined)[] | undefined;
  /** The positions of the named groups. */
  readonly names: Readonly<Record<string, number>>;
}

/** Passed in, because the core has no engine that is safe against its users; a text says what is wrong. */
export type CompilePromqlRegex = (source: string) => PromqlRegex | string;

/**
 * An expression that matches whole texts only, line breaks included.
 * https://prometheus.io/docs/prometheus/latest/querying/basics/#instant-vector-selectors
 */
export const anchoredRegex = (source: string): string => `^(?s:${source})$`;
