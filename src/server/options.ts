// Options of a command line: what each one takes, and how words become values or a one-line error.

/**
 * One option: everything that parsing, `--help` and the documentation need. Its flag is its name in
 * kebab-case.
 */
export interface Option<Value> {
  /** What stands for the value in `--help`; empty for a switch, which takes none. */
  readonly placeholder: string;
  /** Completes "must be ...". */
  readonly expects: string;
  readonly default: Value;
  readonly help: string;
  /** Undefined when the text is not what the option expects. */
  parse(text: string): Value | undefined;
}

export type OptionValue = string | number | boolean | undefined;

export type Options = Readonly<Record<string, Option<OptionValue>>>;

export type ValuesOf<Table extends Options> = {
  readonly [Name in keyof Table]: Table[Name] extends Option<infer Value> ? Value : never;
};

/** A mistake of the person at the keyboard, in one line that says what to do. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

interface Described<Value> {
  readonly default: Value;
  readonly help: string;
}

export function text<Value extends string | undefined>(
  placeholder: string,
  described: Described<Value>,
): Option<Value | string> {
  const parse = (given: string) => (given === "" ? undefined : given);
  return { placeholder, expects: "some text", ...described, parse };
}

export function whole<Value extends number | undefined>(
  placeholder: string,
  range: readonly [number, number],
  described: Described<Value>,
): Option<Value | number> {
  const [least, most] = range;
  const parse = (given: string) => {
    const number = /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN;
    return number >= least && number <= most ? number : undefined;
  };
  return { placeholder, expects: `a whole number from ${least} to ${most}`, ...described, parse };
}

export function matching<Value extends string | undefined>(
  placeholder: string,
  pattern: RegExp,
  expects: string,
  described: Described<Value>,
): Option<Value | string> {
  return { placeholder, expects, ...described, parse: (given) => (pattern.test(given) ? given : undefined) };
}

export function choice<const Choice extends string>(
  choices: readonly Choice[],
  described: Described<NoInfer<Choice>>,
): Option<Choice> {
  const expects = choices.length === 2 ? choices.join(" or ") : `one of ${choices.join(", ")}`;
  const parse = (given: string) => choices.find((known) => known === given);
  return { placeholder: choices.join("|"), expects, ...described, parse };
}

const truths: Readonly<Record<string, boolean>> = {
  true: true,
  "1": true,
  on: true,
  yes: true,
  false: false,
  "0": false,
  off: false,
  no: false,
};

/** `--name` turns it on, `--no-name` off. */
export function toggle(described: Described<boolean>): Option<boolean> {
  return { placeholder: "", expects: "true or false", ...described, parse: (given) => truths[given] };
}

/** `xrayUdpPort` is `--xray-udp-port`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The text given for an option, and where, as an error would name it. */
export interface Given {
  readonly text: string;
  readonly origin: string;
}

export interface ParsedWords {
  readonly given: ReadonlyMap<string, Given>;
  readonly rest: readonly string[];
  readonly help: boolean;
}

/**
 * Takes `--flag value`, `--flag=value`, `--switch`, `--no-switch`, `-h` and plain words, in any order; after
 * `--` every word is plain. `extra` names flags with a value that are not options. Throws a `UsageError`.
 */
export function parseWords(
  options: Options,
  words: readonly string[],
  extra: readonly string[] = [],
): ParsedWords {
  const flags = new Map([...Object.keys(options), ...extra].map((name) => [flagOf(name), name]));
  const given = new Map<string, Given>();
  const rest: string[] = [];
  let help = false;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    if (word === "--") {
      rest.push(...words.slice(index + 1));
      break;
    }
    if (word === "-h" || word === "--help") help = true;
    else if (!word.startsWith("--")) rest.push(word);
    else index += takeFlag(options, flags, given, word, words[index + 1]);
  }
  return { given, rest, help };
}

/** How many further words the flag took. */
function takeFlag(
  options: Options,
  flags: ReadonlyMap<string, string>,
  given: Map<string, Given>,
  word: string,
  next: string | undefined,
): number {
  const [flag = "", ...parts] = word.split("=");
  const value = parts.length === 0 ? undefined : parts.join("=");
  const positive = flag.replace(/^--no-/, "--");
  const isSwitch = (candidate: string) => options[flags.get(candidate) ?? ""]?.placeholder === "";
  if (positive !== flag && isSwitch(positive) && value === undefined) {
    given.set(flags.get(positive) ?? "", { text: "false", origin: flag });
    return 0;
  }
  const name = flags.get(flag);
  if (name === undefined) throw new UsageError(unknown("flag", flag, [...flags.keys(), "--help"]));
  if (given.has(name)) throw new UsageError(`${flag} is given twice: leave one of them out`);
  if (isSwitch(flag)) {
    given.set(name, { text: value ?? "true", origin: flag });
    return 0;
  }
  if (value === undefined && (next === undefined || next.startsWith("--"))) {
    throw new UsageError(`${flag} needs a value, as in ${flag} ${options[name]?.placeholder ?? "VALUE"}`);
  }
  given.set(name, { text: value ?? next ?? "", origin: flag });
  return value === undefined ? 1 : 0;
}

/** The options' values, with defaults for what was not given. Throws a `UsageError` that names the origin. */
export function valuesOf<Table extends Options>(
  options: Table,
  given: ReadonlyMap<string, Given>,
): ValuesOf<Table> {
  const entries = Object.entries(options).map(([name, option]) => {
    const found = given.get(name);
    if (found === undefined) return [name, option.default] as const;
    const value = option.parse(found.text);
    if (value === undefined) {
      throw new UsageError(`${found.origin} must be ${option.expects}, not "${found.text}"`);
    }
    return [name, value] as const;
  });
  return Object.fromEntries(entries) as ValuesOf<Table>;
}

/** `unknown flag --prot: did you mean --port?`, or the whole list when nothing is near. */
export function unknown(kind: string, name: string, known: readonly string[]): string {
  const nearest = known
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .toSorted((a, b) => a.distance - b.distance)[0];
  const isNear = nearest !== undefined && nearest.distance <= Math.max(2, name.length / 4);
  const mend = isNear ? `did you mean ${nearest.candidate}?` : `known are ${known.join(", ")}`;
  return `unknown ${kind} ${name}: ${mend}`;
}

/** Levenshtein's distance: the fewest insertions, removals and replacements of characters. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let line = 1; line <= from.length; line++) {
    const next = [line];
    for (let column = 1; column <= to.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (from[line - 1] === to[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

/** The lines of `--help` for a table of options. */
export function renderOptions(options: Options): string {
  const rows = Object.entries(options).map(([name, option]) => {
    return { left: shownFlag(name, option), help: `${option.help}${defaultNote(option)}` };
  });
  const width = Math.max(...rows.map(({ left }) => left.length)) + 2;
  return rows.map(({ left, help }) => `  ${left.padEnd(width)}${help}`).join("\n");
}

/** `--port PORT`, `--test`, or `--[no-]agent` for a switch that is on unless it is turned off. */
export function shownFlag(name: string, { placeholder, default: value }: Option<OptionValue>): string {
  const flag = flagOf(name);
  if (placeholder !== "") return `${flag} ${placeholder}`;
  return value === true ? flag.replace("--", "--[no-]") : flag;
}

function defaultNote(option: Option<OptionValue>): string {
  if (option.default === undefined || typeof option.default === "boolean") return "";
  return ` (default ${String(option.default)})`;
}
