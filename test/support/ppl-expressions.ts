// Random expressions of PPL, and their values for rows in memory: an oracle for the tests of the language.

export type Cell = string | number | boolean | undefined;
export type Row = Readonly<Record<string, Cell>>;
export type Kind = "number" | "text" | "truth";
export interface Table {
  readonly rows: readonly Row[];
  readonly kinds: ReadonlyMap<string, Kind>;
}

export type Pick = <One>(list: readonly One[]) => One;
interface Term {
  readonly text: string;
  readonly of: (row: Row) => Cell;
}
export const names = ({ kinds }: Table, kind?: Kind): readonly string[] =>
  [...kinds].flatMap(([name, own]) => (kind === undefined || kind === own ? [name] : []));

export function compare(one: Cell, other: Cell): number {
  if (one === undefined || other === undefined)
    return Number(one === undefined) - Number(other === undefined);
  if (typeof one === "string" && typeof other === "string")
    return Buffer.compare(Buffer.from(one), Buffer.from(other));
  return Number(one) - Number(other);
}

type Truth = boolean | undefined;
const not = (value: Truth): Truth => (value === undefined ? undefined : !value);
const both = (one: Truth, other: Truth): Truth =>
  one === false || other === false ? false : one === undefined || other === undefined ? undefined : true;

export function condition(table: Table, pick: Pick, depth = 2): { text: string; holds: (row: Row) => Truth } {
  const known = (term: Term, test: (value: NonNullable<Cell>) => boolean) => (row: Row) => {
    const value = term.of(row);
    return value === undefined ? undefined : test(value);
  };
  const form = pick(depth > 0 ? [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10] : [0, 1, 2, 3, 4, 5, 6]);
  if (form === 7) {
    const inner = condition(table, pick, depth - 1);
    return { text: `not (${inner.text})`, holds: (row) => not(inner.holds(row)) };
  }
  if (form > 7) {
    const [one, other] = [condition(table, pick, depth - 1), condition(table, pick, depth - 1)];
    const word = ["and", "or", "xor"][form - 8]!;
    return {
      text: `(${one.text}) ${word} (${other.text})`,
      holds: (row) => {
        const [a, b] = [one.holds(row), other.holds(row)];
        if (word === "and") return both(a, b);
        if (word === "or") return not(both(not(a), not(b)));
        return a === undefined || b === undefined ? undefined : a !== b;
      },
    };
  }
  const texts = names(table, "text");
  if (form === 0 || (texts.length === 0 && form > 3)) {
    const name = pick(names(table));
    const word = pick(["isnull", "isnotnull"]);
    return {
      text: `${word}(${name})`,
      holds: (row) => (row[name] === undefined) === (word === "isnull"),
    };
  }
  if (form <= 3) {
    const term = number(table, pick);
    const bound = pick([-1, 0, 1, 2, 3]);
    if (form === 1) {
      const operator = pick(["=", "!=", "<", "<=", ">", ">="] as const);
      return {
        text: `${term.text} ${operator} ${bound}`,
        holds: known(term, (value) => compareBy(operator, value, bound)),
      };
    }
    if (form === 2) {
      const negated = pick([false, true]);
      return {
        text: `${term.text} ${negated ? "not " : ""}in (${bound}, 2)`,
        holds: known(term, (value) => [bound, 2].includes(Number(value)) !== negated),
      };
    }
    return {
      text: `${term.text} between ${bound} and 3`,
      holds: known(term, (value) => Number(value) >= bound && Number(value) <= 3),
    };
  }
  const name = pick(texts);
  const term: Term = { text: name, of: (row) => row[name] };
  if (form === 4) {
    const operator = pick(["=", "!=", "<", ">="] as const);
    const bound = pick(["a", "", "b", "it''s"]);
    return {
      text: `${name} ${operator} '${bound}'`,
      holds: known(term, (value) => compareBy(operator, value, bound.replace("''", "'"))),
    };
  }
  if (form === 5) {
    const [like, regex] = pick([
      ["a%", /^a/],
      ["_", /^.$/u],
      ["%b%", /b/],
      ["a\\%", /^a%$/],
    ] as const);
    return { text: `like(${name}, '${like}')`, holds: known(term, (value) => regex.test(String(value))) };
  }
  return {
    text: `${name} in ('a', 'b', 'ab')`,
    holds: known(term, (value) => ["a", "b", "ab"].includes(String(value))),
  };
}

function compareBy(operator: "=" | "!=" | "<" | "<=" | ">" | ">=", value: Cell, bound: Cell): boolean {
  const order = compare(value, bound);
  return {
    "=": order === 0,
    "!=": order !== 0,
    "<": order < 0,
    "<=": order <= 0,
    ">": order > 0,
    ">=": order >= 0,
  }[operator];
}

function number(table: Table, pick: Pick, depth = 1): Term {
  const columns = names(table, "number");
  const texts = names(table, "text");
  const form = pick(depth > 0 ? [0, 0, 1, 2, 3, 4, 5, 6, 7] : [0]);
  if (form === 7 && texts.length > 0) {
    const name = pick(texts);
    return {
      text: `length(${name})`,
      of: (row) => (row[name] === undefined ? undefined : Array.from(String(row[name])).length),
    };
  }
  if (columns.length === 0) return { text: "1", of: () => 1 };
  const name = pick(columns);
  const own: Term = { text: name, of: (row) => row[name] };
  if (form === 0 || form === 7) return own;
  const other = number(table, pick, 0);
  const calculated = (text: string, make: (one: number, two: number) => Cell): Term => ({
    text,
    of: (row) => {
      const [one, two] = [own.of(row), other.of(row)];
      return one === undefined || two === undefined ? undefined : make(Number(one), Number(two));
    },
  });
  if (form === 1) return calculated(`(${own.text} + ${other.text})`, (one, two) => one + two);
  if (form === 2) return calculated(`(${own.text} - ${other.text})`, (one, two) => one - two);
  if (form === 3) return calculated(`(${own.text} * ${other.text})`, (one, two) => one * two + 0);
  if (form === 4)
    return calculated(`(${own.text} / ${other.text})`, (one, two) => (two === 0 ? undefined : one / two + 0));
  if (form === 5)
    return {
      text: `abs(${name})`,
      of: (row) => (row[name] === undefined ? undefined : Math.abs(Number(row[name]))),
    };
  return { text: `coalesce(${name}, ${other.text}, 7)`, of: (row) => row[name] ?? other.of(row) ?? 7 };
}

export function term(table: Table, pick: Pick): Term & { readonly kind: Kind } {
  const form = pick([0, 0, 1, 2, 3, 4]);
  if (form === 0) return { ...number(table, pick), kind: "number" };
  if (form === 1) {
    const { text, holds } = condition(table, pick, 1);
    return { text, of: holds, kind: "truth" };
  }
  if (form === 2) {
    const { text, holds } = condition(table, pick, 1);
    const [one, other] = [number(table, pick, 0), number(table, pick, 0)];
    return {
      text: `if(${text}, ${one.text}, ${other.text})`,
      of: (row) => (holds(row) === true ? one : other).of(row),
      kind: "number",
    };
  }
  const [one, other] = [condition(table, pick, 0), condition(table, pick, 0)];
  if (form === 3) {
    return {
      text: `case(${one.text}, 'one', ${other.text}, 'two' else 'none')`,
      of: (row) => (one.holds(row) === true ? "one" : other.holds(row) === true ? "two" : "none"),
      kind: "text",
    };
  }
  const texts = names(table, "text");
  if (texts.length === 0) return { text: "'x'", of: () => "x", kind: "text" };
  const name = pick(texts);
  return {
    text: `concat(${name}, '-', upper(${name}))`,
    of: (row) =>
      row[name] === undefined ? undefined : `${String(row[name])}-${String(row[name]).toUpperCase()}`,
    kind: "text",
  };
}

interface Aggregate {
  readonly text: string;
  readonly kind: Kind;
  readonly of: (rows: readonly Row[]) => Cell;
}

export function aggregate(table: Table, pick: Pick): Aggregate {
  const columns = names(table, "number");
  const form = columns.length === 0 ? 0 : pick([0, 1, 2, 3, 4, 5, 6, 7]);
  if (form === 0) return { text: "count()", kind: "number", of: (rows) => rows.length };
  if (form === 1 || form === 2) {
    const name = pick(names(table));
    const values = (rows: readonly Row[]) =>
      rows.flatMap((row) => (row[name] === undefined ? [] : [String(row[name])]));
    return form === 1
      ? { text: `count(${name})`, kind: "number", of: (rows) => values(rows).length }
      : { text: `distinct_count(${name})`, kind: "number", of: (rows) => new Set(values(rows)).size };
  }
  const name = pick(columns);
  const of = (make: (numbers: readonly number[]) => Cell) => (rows: readonly Row[]) => {
    const numbers = rows.flatMap((row) => (row[name] === undefined ? [] : [Number(row[name])]));
    return numbers.length === 0 ? undefined : make(numbers);
  };
  const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
  return [
    { text: `sum(${name})`, kind: "number" as const, of: of(sum) },
    { text: `avg(${name})`, kind: "number" as const, of: of((numbers) => sum(numbers) / numbers.length + 0) },
    { text: `min(${name})`, kind: "number" as const, of: of((numbers) => Math.min(...numbers)) },
    { text: `max(${name})`, kind: "number" as const, of: of((numbers) => Math.max(...numbers)) },
    { text: `sum(${name} * 2)`, kind: "number" as const, of: of((numbers) => 2 * sum(numbers)) },
  ][form - 3]!;
}
