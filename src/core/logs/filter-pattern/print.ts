// Writes a filter pattern so that reading it again gives the same tree.
import type { Condition, Field, FilterPattern, Operand, Selector, Term } from "./tree.ts";

export function printFilterPattern(pattern: FilterPattern): string {
  switch (pattern.kind) {
    case "everything":
      return "";
    case "terms":
      return pattern.terms.map(printTerm).join(" ");
    case "json":
      return `{ ${printCondition(pattern.condition, printSelector)} }`;
    case "fields":
      return `[${pattern.fields.map(printField).join(", ")}]`;
  }
}

const roleSigns = { required: "", optional: "?", excluded: "-" } as const;

function printTerm({ role, match }: Term): string {
  const bare = match.kind === "text" && /^[\p{L}\p{N}_]+$/u.test(match.text);
  const body = bare ? match.text : match.kind === "text" ? quote(match.text) : `%${match.text}%`;
  return roleSigns[role] + body;
}

function printCondition<Subject>(
  condition: Condition<Subject>,
  printSubject: (subject: Subject) => string,
): string {
  switch (condition.kind) {
    case "and":
    case "or":
      return condition.operands
        .map((operand) => {
          const text = printCondition(operand, printSubject);
          return operand.kind === "and" || operand.kind === "or" ? `(${text})` : text;
        })
        .join(condition.kind === "and" ? " && " : " || ");
    case "compare":
      return `${printSubject(condition.subject)} ${condition.operator} ${printOperand(condition.operand)}`;
    case "is":
      return `${printSubject(condition.subject)} IS ${condition.value}`;
    case "notExists":
      return `${printSubject(condition.subject)} NOT EXISTS`;
  }
}

function printOperand(operand: Operand): string {
  if (operand.kind === "regex") return `%${operand.text}%`;
  return operand.quoted ? quote(operand.text) : operand.text;
}

export function printSelector(selector: Selector): string {
  return (
    "$" +
    selector
      .map((step) => {
        switch (step.kind) {
          case "property":
            return /^[\w-]+$/.test(step.name) ? `.${step.name}` : `.[${propertyQuote(step.name)}]`;
          case "element":
            return `[${step.index}]`;
          case "anyProperty":
            return ".*";
          case "anyElement":
            return "[*]";
        }
      })
      .join("")
  );
}

function printField(field: Field): string {
  if (field.kind === "rest") return "...";
  return field.condition === undefined ? field.name : printCondition(field.condition, (name) => name);
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

function propertyQuote(name: string): string {
  return name.includes("'") ? `"${name}"` : `'${name}'`;
}
