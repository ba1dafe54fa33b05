// How the values in a policy's JSON are read and compared.

/** `*` stands for any characters, `?` for one; what a `*` took is given back one character at a time. */
export function isLike(pattern: string, value: string): boolean {
  let at = 0;
  let index = 0;
  let star = -1;
  let taken = 0;
  while (index < value.length) {
    if (pattern[at] === "*") {
      star = at++;
      taken = index;
    } else if (pattern[at] === "?" || pattern[at] === value[index]) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++taken;
    } else return false;
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}

export function textsOf(given: unknown): readonly string[] {
  const all: readonly unknown[] = Array.isArray(given) ? given : [given];
  return all.flatMap((value) => {
    if (typeof value === "string") return [value];
    return typeof value === "boolean" || typeof value === "number" ? [String(value)] : [];
  });
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
