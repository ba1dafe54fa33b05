// What every matching message must contain, so that a store can skip most others before the predicate
// decides.
import type { Condition, FilterPattern, Selector } from "./tree.ts";

/**
 * Texts of which each one is in every message that matches; an empty list when nothing can be said. They only
 * narrow: a message that has them all may still not match.
 */
export function needlesOf(pattern: FilterPattern): readonly string[] {
  switch (pattern.kind) {
    case "everything":
    case "fields":
      return [];
    case "terms":
      return pattern.terms
        .filter(({ role, match }) => role === "required" && match.kind === "text" && match.text !== "")
        .map(({ match }) => match.text);
    case "json":
      return jsonNeedles(pattern.condition);
  }
}

/**
 * The last property's name must be in the text, and so must a text that it is compared with, unless JSON may
 * write either with an escape. Numbers have many spellings and are left out.
 */
function jsonNeedles(condition: Condition<Selector>): readonly string[] {
  switch (condition.kind) {
    case "and":
      return condition.operands.flatMap(jsonNeedles);
    case "is":
      return namesOf(condition.subject);
    case "compare": {
      const { operator, operand, subject } = condition;
      const isText = operator === "=" && operand.kind === "text" && operand.quoted;
      const text = isText ? operand.text.replace(/^\*|\*$/g, "") : "";
      return [...namesOf(subject), ...(isPlain(text) ? [text] : [])];
    }
    case "or":
    case "notExists":
      return [];
  }
}

function namesOf(selector: Selector): readonly string[] {
  return selector.flatMap((step) => (step.kind === "property" && isPlain(step.name) ? [step.name] : []));
}

/** Letters, digits and the like; a writer of JSON may still escape them, but none does. */
function isPlain(text: string): boolean {
  return /^[\w.:-]+$/.test(text);
}
