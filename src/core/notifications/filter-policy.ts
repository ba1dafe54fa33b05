// Filter policies: which of a topic's messages a subscription gets.
import { topicLimits } from "./limits.ts";
import { compareValue, problemOfCondition, type Condition } from "./filter-condition.ts";
import type { NotificationAttributes } from "./published-message.ts";

export type FilterScope = "MessageAttributes" | "MessageBody";

interface JsonObject {
  readonly [name: string]: unknown;
}

/**
 * Whether a message passes a policy that was accepted.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
 */
export function passesFilter(
  policy: string,
  scope: FilterScope,
  message: { readonly text: string; readonly attributes: NotificationAttributes },
): boolean {
  const parsed = objectOf(policy);
  if (parsed === undefined) return false;
  if (scope === "MessageAttributes") return passes(parsed, valuesOfAttributes(message.attributes));
  const body = objectOf(message.text);
  return body !== undefined && passes(parsed, body);
}

/** @returns what is wrong with a policy, in AWS's words. */
export function problemOfPolicy(policy: string, scope: FilterScope): string | undefined {
  if (policy.length > topicLimits.filterPolicyBytes) return "FilterPolicy: policy is too large";
  const parsed = objectOf(policy);
  if (parsed === undefined) return "FilterPolicy: failed to parse JSON";
  const leaves = countLeaves(parsed);
  if (leaves.keys > topicLimits.filterPolicyKeys)
    return "FilterPolicy: Filter policy can not have more than 5 keys";
  if (leaves.combinations > topicLimits.filterPolicyCombinations) {
    return "FilterPolicy: Filter policy is too complex";
  }
  return problemOfObject(parsed, scope);
}

function problemOfObject(policy: JsonObject, scope: FilterScope): string | undefined {
  for (const [name, value] of Object.entries(policy)) {
    const problem = problemOfEntry(name, value, scope);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function problemOfEntry(name: string, value: unknown, scope: FilterScope): string | undefined {
  if (Array.isArray(value)) {
    if (value.length === 0) return "FilterPolicy: Empty arrays are not allowed";
    if (name === "$or" && value.every(isObject)) {
      return value.map((one) => problemOfObject(one, scope)).find((problem) => problem !== undefined);
    }
    return value.map((condition) => problemOfCondition(condition)).find((problem) => problem !== undefined);
  }
  if (isObject(value) && scope === "MessageBody") return problemOfObject(value, scope);
  if (isObject(value))
    return "FilterPolicy: Filter policy scope MessageAttributes does not support nested filter policy";
  return `FilterPolicy: "${name}" must be an object or an array`;
}

/** The leaves of a policy are lists; a message passes when each of them has a condition that holds. */
function passes(policy: JsonObject, values: JsonObject): boolean {
  return Object.entries(policy).every(([name, wanted]) => {
    if (Array.isArray(wanted) && name === "$or" && wanted.every(isObject)) {
      return wanted.some((alternative) => passes(alternative, values));
    }
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (Array.isArray(wanted)) return wanted.some((condition) => compareValue(condition as Condition, value));
    if (!isObject(wanted)) return false;
    // Of a list of objects one that passes is enough.
    const nested = Array.isArray(value) ? value.filter(isObject) : [isObject(value) ? value : {}];
    return nested.some((one) => passes(wanted, one));
  });
}

function valuesOfAttributes(attributes: NotificationAttributes): JsonObject {
  const entries = Object.entries(attributes).flatMap(([name, { type, text = "" }]): [string, unknown][] => {
    if (type.startsWith("String.Array")) return [[name, listOf(text)]];
    if (type.startsWith("Number")) return [[name, Number(text)]];
    return type.startsWith("String") ? [[name, text]] : [];
  });
  return Object.fromEntries(entries);
}

function listOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // no list after all, so only its text can be compared
  }
}

function countLeaves(policy: JsonObject): { keys: number; combinations: number } {
  let keys = 0;
  let combinations = 1;
  for (const [name, value] of Object.entries(policy)) {
    const nested =
      Array.isArray(value) && name === "$or" ? value.filter(isObject) : isObject(value) ? [value] : [];
    for (const one of nested) {
      const inner = countLeaves(one);
      keys += inner.keys;
      combinations *= inner.combinations;
    }
    if (nested.length === 0) {
      keys += 1;
      combinations *= Array.isArray(value) ? Math.max(1, value.length) : 1;
    }
  }
  return { keys, combinations };
}

function objectOf(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined; // what is no JSON passes no policy, and is none
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
