// The words of a log message and what stands between them, and which words look as if they change.

/** What stands in a template for whatever differs between its messages. */
export const wildcard = "<*>";

/** Messages are looked at up to here; what follows is one wildcard. */
const maximumTokens = 200;
const maximumCharacters = 4_000;

/** A word, a run of spaces, or one sign. */
const token = /[\p{L}\p{N}_.-]+|\s+|[^\p{L}\p{N}_.\s-]/gu;

/** Words with a digit are numbers, identifiers, addresses or times: they are wildcards from the beginning. */
export function templateTokens(message: string): readonly string[] {
  return exactTokens(message).map((text) => (/\p{N}/u.test(text) ? wildcard : text));
}

/** The same pieces of the message as it is. */
export function exactTokens(message: string): readonly string[] {
  const shown = message.slice(0, maximumCharacters);
  const tokens = shown.match(token) ?? [];
  const isWhole = tokens.length <= maximumTokens && shown.length === message.length;
  return isWhole ? tokens : [...tokens.slice(0, maximumTokens), wildcard];
}

export const isWord = (text: string): boolean => text === wildcard || /[\p{L}\p{N}]/u.test(text);

/** What a changing word is, told by its looks. */
export function inferTokenName(values: readonly string[]): string {
  const kinds: readonly (readonly [string, RegExp])[] = [
    ["UUID", /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i],
    ["IPAddress", /^\d{1,3}(\.\d{1,3}){3}$/],
    ["Date", /^\d{4}-\d{2}-\d{2}(T\d{2})?$/],
    ["Time", /^\d{2}$/],
    ["Number", /^-?\d+(\.\d+)?$/],
    ["Duration", /^\d+(\.\d+)?(ns|us|ms|s|m|h)$/],
    ["ID", /^[\da-f-]{8,}$/i],
  ];
  const kind = kinds.find(([, looks]) => values.length > 0 && values.every((value) => looks.test(value)));
  return kind?.[0] ?? "Token";
}
