// Turns a filter pattern into a predicate over messages.
import { compileFields } from "./compile-fields.ts";
import { compileJson } from "./compile-json.ts";
import { allOf, anyOf } from "./compose.ts";
import { MessageReading } from "./message-reading.ts";
import type { FilterPattern, Term } from "./tree.ts";

/**
 * Compiles the source of a regular expression to a test that finds it anywhere in a text, in time linear in
 * the text. It is passed in because the core has no regular expression engine that is safe against its users.
 */
export type CompileRegex = (source: string) => (text: string) => boolean;

export type MessagePredicate = (message: string) => boolean;

/** For those who ask several patterns about one message. */
export type ReadingPredicate = (reading: MessageReading) => boolean;

/** @throws what `compileRegex` throws for a regular expression that it cannot read. */
export function compileFilterPattern(pattern: FilterPattern, compileRegex: CompileRegex): MessagePredicate {
  if (pattern.kind === "everything") return () => true;
  if (pattern.kind === "terms") return compileTerms(pattern.terms, compileRegex);
  const matches = compileReadingPredicate(pattern, compileRegex);
  return (message) => matches(new MessageReading(message));
}

/** @throws what `compileRegex` throws for a regular expression that it cannot read. */
export function compileReadingPredicate(
  pattern: FilterPattern,
  compileRegex: CompileRegex,
): ReadingPredicate {
  switch (pattern.kind) {
    case "everything":
      return () => true;
    case "terms": {
      const matches = compileTerms(pattern.terms, compileRegex);
      return ({ message }) => matches(message);
    }
    case "json":
      return compileJson(pattern.condition, compileRegex);
    case "fields":
      return compileFields(pattern.fields, compileRegex);
  }
}

/**
 * Terms are found anywhere in the message, inside of words too, and capitals matter. All required ones must
 * be there and no excluded one. Optional ones count only when there are no others: then one of them must be
 * there. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-unstructured-log-events.html
 */
function compileTerms(terms: readonly Term[], compileRegex: CompileRegex): MessagePredicate {
  const testsOf = (role: Term["role"]) =>
    terms.filter((term) => term.role === role).map(({ match }) => contains(match, compileRegex));
  const required = testsOf("required");
  const excluded = testsOf("excluded");
  if (required.length === 0 && excluded.length === 0) return anyOf(testsOf("optional"));
  return allOf([...required, ...excluded.map((has) => (message: string) => !has(message))]);
}

function contains({ kind, text }: Term["match"], compileRegex: CompileRegex): MessagePredicate {
  if (kind === "text") return (message) => message.includes(text);
  const find = compileRegex(text);
  const prefix = literalPrefix(text);
  return prefix === "" ? find : (message) => message.includes(prefix) && find(message);
}

/**
 * A text with which everything begins that the expression finds: to look for it costs a tenth of what the
 * expression does.
 */
export function literalPrefix(regex: string): string {
  if (regex.includes("|")) return "";
  const [letters = ""] = /^[\w \-:#=@/;,]*/.exec(regex) ?? [];
  const isRepeated = /^[?*{]/.test(regex.slice(letters.length));
  return isRepeated ? letters.slice(0, -1) : letters;
}
