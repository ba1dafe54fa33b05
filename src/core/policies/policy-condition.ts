// The conditions of a policy's statements: one entry per operator.
import { isLike, isObject, textsOf } from "./policy-values.ts";

/** By the name of the key in lower case; a key that is not there is not known of the request. */
export type PolicyContext = Readonly<Record<string, string>>;

interface Operator {
  readonly holds: (wanted: string, value: string) => boolean;
  /** Of the operators that say "not": no wanted value may match, and a key that is absent is fine. */
  readonly isNegated?: boolean;
}

const numbers =
  (compare: (value: number, wanted: number) => boolean): Operator["holds"] =>
  (wanted, value) =>
    compare(Number(value), Number(wanted));
const instants =
  (compare: (value: number, wanted: number) => boolean): Operator["holds"] =>
  (wanted, value) =>
    compare(instantOf(value), instantOf(wanted));
const not = (holds: Operator["holds"]): Operator => ({ holds, isNegated: true });

const equals: Operator["holds"] = (wanted, value) => wanted === value;
const equalsIgnoringCase: Operator["holds"] = (wanted, value) => wanted.toLowerCase() === value.toLowerCase();
/** Each of the six parts of an ARN is matched by itself. */
const arnLike: Operator["holds"] = (wanted, value) => {
  const patterns = partsOfArn(wanted);
  const parts = partsOfArn(value);
  return patterns.length === parts.length && patterns.every((one, index) => isLike(one, parts[index] ?? ""));
};

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const operators: Readonly<Record<string, Operator>> = {
  StringEquals: { holds: equals },
  StringNotEquals: not(equals),
  StringEqualsIgnoreCase: { holds: equalsIgnoringCase },
  StringNotEqualsIgnoreCase: not(equalsIgnoringCase),
  StringLike: { holds: isLike },
  StringNotLike: not(isLike),
  ArnEquals: { holds: arnLike },
  ArnLike: { holds: arnLike },
  ArnNotEquals: not(arnLike),
  ArnNotLike: not(arnLike),
  Bool: { holds: equalsIgnoringCase },
  NumericEquals: { holds: numbers((value, wanted) => value === wanted) },
  NumericNotEquals: not(numbers((value, wanted) => value === wanted)),
  NumericLessThan: { holds: numbers((value, wanted) => value < wanted) },
  NumericLessThanEquals: { holds: numbers((value, wanted) => value <= wanted) },
  NumericGreaterThan: { holds: numbers((value, wanted) => value > wanted) },
  NumericGreaterThanEquals: { holds: numbers((value, wanted) => value >= wanted) },
  DateEquals: { holds: instants((value, wanted) => value === wanted) },
  DateNotEquals: not(instants((value, wanted) => value === wanted)),
  DateLessThan: { holds: instants((value, wanted) => value < wanted) },
  DateLessThanEquals: { holds: instants((value, wanted) => value <= wanted) },
  DateGreaterThan: { holds: instants((value, wanted) => value > wanted) },
  DateGreaterThanEquals: { holds: instants((value, wanted) => value >= wanted) },
  IpAddress: { holds: isInNetwork },
  NotIpAddress: not(isInNetwork),
};

/** Every operator and every key of a condition must hold; of the values of a key, one is enough. */
export function conditionHolds(condition: unknown, context: PolicyContext): boolean {
  if (condition === undefined) return true;
  if (!isObject(condition)) return false;
  return Object.entries(condition).every(([name, keys]) => {
    return isObject(keys) && Object.entries(keys).every(([key, wanted]) => holds(name, key, wanted, context));
  });
}

/** Whether the `Condition` of a statement has operators that are known, if there is one at all. */
export function isCondition(condition: unknown): boolean {
  if (condition === undefined) return true;
  if (!isObject(condition)) return false;
  return Object.entries(condition).every(([name, keys]) => {
    const { name: bare, operator } = operatorOf(name);
    return isObject(keys) && (bare === "Null" || operator !== undefined);
  });
}

function holds(name: string, key: string, given: unknown, context: PolicyContext): boolean {
  const value = context[key.toLowerCase()];
  const wanted = textsOf(given);
  const { name: bare, operator, ifExists } = operatorOf(name);
  if (bare === "Null")
    return wanted.some((text) => (text.toLowerCase() === "true") === (value === undefined));
  if (operator === undefined) return false;
  if (value === undefined) return ifExists || operator.isNegated === true;
  const matches = wanted.some((one) => operator.holds(one, value));
  return operator.isNegated === true ? !matches : matches;
}

/** `ForAnyValue:StringLike`, `ArnLikeIfExists`; every key here has one value, if any. */
function operatorOf(name: string) {
  const [, quantifier, bare = "", suffix] =
    /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(name) ?? [];
  // Of no values, all are as they should be.
  const ifExists = suffix !== undefined || quantifier === "ForAllValues";
  const operator = Object.hasOwn(operators, bare) ? operators[bare] : undefined;
  return { name: bare, operator, ifExists };
}

function partsOfArn(arn: string): readonly string[] {
  const parts = arn.split(":");
  return [...parts.slice(0, 5), parts.slice(5).join(":")];
}

/** In seconds or as ISO 8601. */
function instantOf(text: string): number {
  return /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text);
}

function isInNetwork(network: string, address: string): boolean {
  const [base = "", length = "32"] = network.split("/");
  const bits = Number(length);
  const wanted = addressOf(base);
  const value = addressOf(address.replace(/^::ffff:/, ""));
  // Addresses of version 6 are compared as texts.
  if (wanted === undefined || value === undefined) return base === address;
  const size = 2 ** (32 - bits);
  return Math.floor(wanted / size) === Math.floor(value / size);
}

function addressOf(text: string): number | undefined {
  const parts = text.split(".");
  const isWhole = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
  return isWhole ? parts.reduce((sum, part) => sum * 256 + Number(part), 0) : undefined;
}
