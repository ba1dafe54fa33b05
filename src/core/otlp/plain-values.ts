// Values and attributes of OTLP, in its JSON form, as the plain ones that they stand for.

/** Arrays and lists in each other; protocol buffers have the same limit for messages. */
const maximumDepth = 100;

export function plainAttributes(holder: unknown): Readonly<Record<string, unknown>> | undefined {
  const attributes = listOf(holder, "attributes");
  return attributes.length === 0 ? undefined : plainObject(attributes, 0);
}

function plainObject(keyValues: readonly unknown[], depth: number): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    keyValues.map((pair) => {
      const key = memberOf(pair, "key");
      if (typeof key !== "string") throw new TypeError("an attribute has no key");
      return [key, plainValue(memberOf(pair, "value"), depth)];
    }),
  );
}

/** An AnyValue as the JSON value that it stands for; bytes stay base64. */
export function plainValue(value: unknown, depth = 0): unknown {
  if (depth > maximumDepth) throw new TypeError("values are nested too deeply");
  if (value === undefined) return undefined;
  const [[kind, content] = ["", undefined]] = Object.entries(objectOf(value));
  switch (kind) {
    case "intValue":
      return numberOf(content);
    case "arrayValue":
      return listOf(content, "values").map((one) => plainValue(one, depth + 1));
    case "kvlistValue":
      return plainObject(listOf(content, "values"), depth + 1);
    case "stringValue":
    case "boolValue":
    case "doubleValue":
    case "bytesValue":
      return content;
    case "":
      return null;
    default:
      throw new TypeError(`there is no value of the kind ${kind}`);
  }
}

/** 64-bit integers come as text; those that a double does not hold stay text. */
function numberOf(content: unknown): unknown {
  const number = Number(content);
  return Number.isSafeInteger(number) ? number : content;
}

/** Undefined for zero too, which means "not known". */
export function nanosecondsOf(value: unknown): bigint | undefined {
  if (value === undefined) return undefined;
  const isDigits = typeof value === "string" ? /^\d{1,20}$/.test(value) : Number.isSafeInteger(value);
  if (!isDigits) throw new TypeError("a time is not a whole number of nanoseconds");
  const nanoseconds = BigInt(value as string | number);
  return nanoseconds === 0n ? undefined : nanoseconds;
}

export function listOf(holder: unknown, name: string): readonly unknown[] {
  const value = memberOf(holder, name) ?? [];
  if (!Array.isArray(value)) throw new TypeError(`${name} is not an array`);
  return value;
}

/** Null is what is not there, as in all JSON of protocol buffers. */
export function memberOf(holder: unknown, name: string): unknown {
  return holder === undefined ? undefined : (objectOf(holder)[name] ?? undefined);
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError("an object was expected");
  }
  return value as Readonly<Record<string, unknown>>;
}
