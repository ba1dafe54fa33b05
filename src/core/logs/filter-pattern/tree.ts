// The filter pattern language of CloudWatch Logs as data.

/**
 * A filter pattern is one of four things: nothing (every event), terms to find in the text, a condition on a
 * JSON event, or a list of the fields of a space-delimited event, each with an optional condition.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export type FilterPattern =
  | { readonly kind: "everything" }
  | { readonly kind: "terms"; readonly terms: readonly Term[] }
  | { readonly kind: "json"; readonly condition: Condition<Selector> }
  | { readonly kind: "fields"; readonly fields: readonly Field[] };

/** `optional` is written `?term`, `excluded` is written `-term`. */
export interface Term {
  readonly role: "required" | "optional" | "excluded";
  readonly match: { readonly kind: "text" | "regex"; readonly text: string };
}

/** `&&` binds more tightly than `||`; both have at least two operands. */
export type Condition<Subject> =
  | { readonly kind: "and" | "or"; readonly operands: readonly Condition<Subject>[] }
  | {
      readonly kind: "compare";
      readonly subject: Subject;
      readonly operator: Operator;
      readonly operand: Operand;
    }
  | { readonly kind: "is"; readonly subject: Subject; readonly value: "NULL" | "TRUE" | "FALSE" }
  | { readonly kind: "notExists"; readonly subject: Subject };

export type Operator = "=" | "!=" | "<" | "<=" | ">" | ">=";

/**
 * `text` may begin and end with `*`, which stands for any characters; `quoted` is kept so that a pattern can
 * be printed as it was written, and because only an unquoted number is compared as a number.
 */
export type Operand =
  | { readonly kind: "text"; readonly text: string; readonly quoted: boolean }
  | { readonly kind: "regex"; readonly text: string };

/** The way from the root of a JSON event: `$.users[0].id` is three steps. */
export type Selector = readonly Step[];

export type Step =
  | { readonly kind: "property"; readonly name: string }
  | { readonly kind: "element"; readonly index: number }
  /** `.*`, any property of an object. */
  | { readonly kind: "anyProperty" }
  /** `[*]`, any element of an array. */
  | { readonly kind: "anyElement" };

/** One field of a space-delimited pattern; `...` stands for any number of fields. */
export type Field =
  | { readonly kind: "rest" }
  | { readonly kind: "field"; readonly name: string; readonly condition: Condition<string> | undefined };

/** Why a text is not a filter pattern. `offset` counts UTF-16 units from its beginning. */
export class FilterPatternError extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.name = "FilterPatternError";
    this.offset = offset;
  }
}
