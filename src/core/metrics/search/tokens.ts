// The tokens of a name, by which searches find parts of it.

/** A part of a name, with the capitals that it has there. */
export type SearchToken = string;

/**
 * A token begins at a capital after a small letter, at the last capital of several before a small letter, at
 * the first of some digits, and behind characters that are neither letter nor digit: `SDBFailure2-b` is SDB,
 * Failure, 2, b.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html#search-expression-syntax-tokenization
 */
export function tokensOf(name: string): readonly SearchToken[] {
  return name.match(/\p{N}+|\p{Lu}+(?!\p{Ll})|\p{Lu}?[^\p{Lu}\p{N}\P{L}]+/gu) ?? [];
}

/** The letters and digits of a name, in small letters: the token that stands for the whole. */
export function wholeToken(name: string): string {
  return name.replace(/[^\p{L}\p{N}]+/gu, "").toLowerCase();
}

/** A search term that was cut up once, to be held against many names. */
export interface PartialTerm {
  readonly whole: string;
  /** One after the other; a word that is several tokens must be written with the same capitals. */
  readonly sequence: readonly { readonly token: SearchToken; readonly asWritten: boolean }[];
}

export function partialTerm(text: string): PartialTerm {
  const words = text.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
  return {
    whole: wholeToken(text),
    sequence: words.flatMap((word) => {
      const tokens = tokensOf(word);
      return tokens.map((token) => ({
        token: tokens.length > 1 ? token : token.toLowerCase(),
        asWritten: tokens.length > 1,
      }));
    }),
  };
}

/**
 * Whether a term finds a name: as one of its tokens or as the whole, whatever the capitals, or as several
 * tokens that follow each other there.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html#search-expression-partial-match
 */
export function findsPart({ whole, sequence }: PartialTerm, name: string): boolean {
  if (whole !== "" && wholeToken(name) === whole) return true;
  if (sequence.length === 0) return false;
  const tokens = tokensOf(name);
  for (let start = 0; start + sequence.length <= tokens.length; start++) {
    const found = sequence.every(({ token, asWritten }, index) => {
      const candidate = tokens[start + index] ?? "";
      return (asWritten ? candidate : candidate.toLowerCase()) === token;
    });
    if (found) return true;
  }
  return false;
}
