// The conditions of filter policies: one entry per operator, with what it takes and what it means.

type Operand = string | number | boolean | null | readonly Operand[] | { readonly [name: string]: Operand };
export type Condition = Operand;

interface Operator {
  readonly accepts: (operand: unknown) => boolean;
  /** `value` is a single value that is there. */
  readonly holds: (operand: Operand, value: unknown) => boolean;
}

const isText = (operand: unknown): operand is string => typeof operand === "string" && operand !== "";
const isSimple = (operand: unknown) => typeof operand === "string" || typeof operand === "number";
const eachOf = (check: (operand: unknown) => boolean) => (operand: unknown) =>
  Array.isArray(operand) ? operand.length > 0 && operand.every(check) : check(operand);
const text = (holds: (operand: string, value: string) => boolean): Operator => ({
  accepts: isText,
  holds: (operand, value) =>
    typeof operand === "string" && typeof value === "string" && holds(operand, value),
});

/** https://docs.aws.amazon.com/sns/latest/dg/string-value-matching.html and its neighbours */
const operators: Readonly<Record<string, Operator>> = {
  prefix: text((operand, value) => value.startsWith(operand)),
  suffix: text((operand, value) => value.endsWith(operand)),
  "equals-ignore-case": text((operand, value) => operand.toLowerCase() === value.toLowerCase()),
  wildcard: text((operand, value) => wildcardMatches(operand, value)),
  cidr: {
    accepts: (operand) => isText(operand) && networkOf(operand) !== undefined,
    holds: (operand, value) =>
      typeof operand === "string" && typeof value === "string" && isIn(operand, value),
  },
  numeric: {
    accepts: (operand) => rangesOf(operand) !== undefined,
    holds: (operand, value) =>
      typeof value === "number" && (rangesOf(operand)?.every((isWithin) => isWithin(value)) ?? false),
  },
  "anything-but": {
    accepts: (operand) =>
      isNested(operand) ? problemOfCondition(operand) === undefined : eachOf(isSimple)(operand),
    holds(operand, value) {
      if (!isNested(operand))
        return !(Array.isArray(operand) ? operand : [operand]).some((one) => one === value);
      const [[name, nested] = ["", null]] = Object.entries(operand);
      const excluded = Array.isArray(nested) && name !== "numeric" ? nested : [nested];
      return !excluded.some((one) => operators[name]?.holds(one, value) ?? false);
    },
  },
};

/** Whether a condition of a policy holds for a value, for one of a list, or for none at all. */
export function compareValue(condition: Condition, value: unknown): boolean {
  if (isNested(condition) && "exists" in condition) return condition["exists"] === (value !== undefined);
  if (value === undefined) return false;
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (!isNested(condition)) return values.some((one) => one === condition);
  const [[name, operand] = ["", null]] = Object.entries(condition);
  const operator = operators[name];
  if (operator === undefined) return false;
  // "Anything but" is about the whole list: one excluded value is enough to fail.
  if (name === "anything-but")
    return values.length > 0 && values.every((one) => operator.holds(operand, one));
  return values.some((one) => operator.holds(operand, one));
}

/** @returns what is wrong with a condition, in AWS's words. */
export function problemOfCondition(condition: unknown): string | undefined {
  if (!isNested(condition)) {
    const isLeaf = isSimple(condition) || typeof condition === "boolean" || condition === null;
    return isLeaf ? undefined : "FilterPolicy: Match value must be String, number, true, false, or null";
  }
  const entries = Object.entries(condition);
  const [[name, operand] = ["", null]] = entries;
  if (entries.length !== 1) return "FilterPolicy: Only one key allowed in match expression";
  if (name === "exists") {
    return typeof operand === "boolean"
      ? undefined
      : "FilterPolicy: exists match pattern must be either true or false.";
  }
  const operator = operators[name];
  if (operator === undefined) return `FilterPolicy: Unrecognized match type ${name}`;
  return operator.accepts(operand) ? undefined : `FilterPolicy: Value of ${name} is not valid`;
}

function isNested(value: unknown): value is { readonly [name: string]: Operand } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const comparisons: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  "=": (value, bound) => value === bound,
  "<": (value, bound) => value < bound,
  "<=": (value, bound) => value <= bound,
  ">": (value, bound) => value > bound,
  ">=": (value, bound) => value >= bound,
};

/** `["=", 5]`, `[">", 0, "<=", 100]` */
function rangesOf(operand: unknown): readonly ((value: number) => boolean)[] | undefined {
  if (!Array.isArray(operand) || operand.length === 0 || operand.length > 4 || operand.length % 2 !== 0) {
    return undefined;
  }
  const ranges: ((value: number) => boolean)[] = [];
  for (let index = 0; index < operand.length; index += 2) {
    const compare = comparisons[String(operand[index])];
    const bound: unknown = operand[index + 1];
    if (compare === undefined || typeof bound !== "number") return undefined;
    ranges.push((value) => compare(value, bound));
  }
  return ranges;
}

/** `*` stands for any characters; linear, because each part is looked for behind the one before. */
function wildcardMatches(pattern: string, value: string): boolean {
  const parts = pattern.split("*");
  const first = parts[0] ?? "";
  const last = parts.at(-1) ?? "";
  if (parts.length === 1) return pattern === value;
  if (!value.startsWith(first) || !value.endsWith(last)) return false;
  let at = first.length;
  const end = value.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const found = value.indexOf(part, at);
    if (found === -1 || found + part.length > end) return false;
    at = found + part.length;
  }
  return at <= end;
}

interface Network {
  readonly address: number;
  readonly bits: number;
}

function networkOf(cidr: string): Network | undefined {
  const [text = "", length = "32"] = cidr.split("/");
  const address = addressOf(text);
  const bits = /^\d{1,2}$/.test(length) ? Number(length) : 33;
  return address === undefined || bits > 32 ? undefined : { address, bits };
}

function isIn(cidr: string, text: string): boolean {
  const network = networkOf(cidr);
  const address = addressOf(text);
  if (network === undefined || address === undefined) return false;
  const size = 2 ** (32 - network.bits);
  return Math.floor(address / size) === Math.floor(network.address / size);
}

function addressOf(text: string): number | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255))
    return undefined;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}
