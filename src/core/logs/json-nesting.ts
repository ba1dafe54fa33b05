// How deep values of JSON may lie in each other, so that what walks through them does not run out of stack.

/** Beyond this the store finds no fields in a document either. */
const maximumNesting = 1_000;

/** Whether a value that was read from JSON has objects or arrays too deep in each other. */
export function isNestedTooDeeply(value: unknown, left = maximumNesting): boolean {
  if (typeof value !== "object" || value === null) return false;
  return left === 0 || Object.values(value).some((inner: unknown) => isNestedTooDeeply(inner, left - 1));
}
