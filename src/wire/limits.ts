// The small notation in which a service writes down its constraints, one line per member.
import type { Constraint } from "./shapes.ts";

/** Constraints by `Structure.member`. */
export type Limits = ReadonlyMap<string, Constraint>;

/**
 * Reads lines such as these (parts in this order, each of them optional; one space between):
 * ```
 * PutLogEventsRequest.logGroupName 1..512 /[\.\-_/#A-Za-z0-9]+/
 * DescribeLogGroupsRequest.limit   integer 1..50
 * MetricDatum.Values               [ double ]
 * CreateLogGroupRequest.tags       1..50 < 1..128 > [ ..256 ]
 * CreateLogGroupRequest.logGroupClass (STANDARD|INFREQUENT_ACCESS|DELIVERY)
 * ```
 * `a..b` is a length, or a range when a number's kind stands before it; `(...)` are the values that are
 * allowed, `/.../` the pattern that the whole string must match; `<...>` holds the same for the keys of a
 * map, `[...]` for its values or for the items of a list. Lines that are empty or begin with `#` are skipped.
 * @throws Error that shows the line it cannot read.
 */
export function parseLimits(text: string): Limits {
  const limits = new Map<string, Constraint>();
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const [name = ""] = line.split(" ", 1);
    const reader = new ConstraintReader(line, name.length);
    limits.set(name, reader.constraint());
    reader.expectEnd();
  }
  return limits;
}

const numberKinds = ["integer", "long", "double", "float"] as const;

class ConstraintReader {
  readonly #line: string;
  #at: number;

  constructor(line: string, at: number) {
    this.#line = line;
    this.#at = at;
    this.#skipSpaces();
  }

  constraint(): Constraint {
    const number = numberKinds.find((kind) => this.#take(kind));
    const bounds = this.#bounds();
    const values = this.#take("(") ? this.#until(")").split("|") : undefined;
    const pattern = this.#take("/") ? this.#pattern() : undefined;
    const keys = this.#take("<") ? this.#nested(">") : undefined;
    const items = this.#take("[") ? this.#nested("]") : undefined;
    return {
      ...(number && { number }),
      ...(bounds && (number ? { range: bounds } : { length: bounds })),
      ...(values && { values }),
      ...(pattern !== undefined && { pattern }),
      ...(keys && { keys }),
      ...(items && { items }),
    };
  }

  expectEnd(): void {
    if (this.#at !== this.#line.length) this.#fail();
  }

  #bounds(): readonly [number, number] | undefined {
    const match = /^(-?\d*)\.\.(-?\d*)(?= |$)/.exec(this.#line.slice(this.#at));
    if (match === null) return undefined;
    const [text, minimum = "", maximum = ""] = match;
    this.#advance(text.length);
    return [minimum === "" ? -Infinity : Number(minimum), maximum === "" ? Infinity : Number(maximum)];
  }

  /** Patterns hold slashes of their own; the last is the one before a space or the end of the line. */
  #pattern(): string {
    const end = /\/(?= |$)/.exec(this.#line.slice(this.#at));
    if (end === null) this.#fail();
    const pattern = this.#line.slice(this.#at, this.#at + end.index);
    this.#advance(end.index + 1);
    return pattern;
  }

  #nested(close: string): Constraint {
    const constraint = this.constraint();
    if (!this.#take(close)) this.#fail();
    return constraint;
  }

  #until(close: string): string {
    const end = this.#line.indexOf(close, this.#at);
    if (end === -1) this.#fail();
    const text = this.#line.slice(this.#at, end);
    this.#advance(text.length + close.length);
    return text;
  }

  #take(token: string): boolean {
    if (!this.#line.startsWith(token, this.#at)) return false;
    this.#advance(token.length);
    return true;
  }

  #advance(count: number): void {
    this.#at += count;
    this.#skipSpaces();
  }

  #skipSpaces(): void {
    while (this.#line[this.#at] === " ") this.#at++;
  }

  #fail(): never {
    throw new Error(`unreadable constraint at "${this.#line.slice(this.#at)}" in "${this.#line}"`);
  }
}
