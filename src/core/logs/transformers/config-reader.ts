// Reads one processor's configuration member by member, and says in words what is wrong with it.
import { TransformerProblem } from "./define.ts";
import type { KeyPath } from "./json-document.ts";

const maximumKeyDepth = 3;
const defaultLength = 128;

/** Every member that is not asked for is refused by `finish`. */
export class ConfigReader {
  readonly #path: string;
  readonly #members: Readonly<Record<string, unknown>>;
  readonly #asked = new Set<string>();

  /** @throws TransformerProblem when `value` is no object. */
  constructor(path: string, value: unknown) {
    this.#path = path;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new TransformerProblem(`${path} must be an object`);
    }
    this.#members = { ...value };
  }

  #member(name: string): unknown {
    this.#asked.add(name);
    return this.#members[name] ?? undefined;
  }

  refuse(name: string, problem: string): never {
    throw new TransformerProblem(`${this.#path}.${name} ${problem}`);
  }

  optionalText(name: string, maximum = defaultLength): string | undefined {
    const value = this.#member(name);
    if (value === undefined) return undefined;
    if (typeof value !== "string" || value === "") this.refuse(name, "must be a text that is not empty");
    if (value.length > maximum) this.refuse(name, `must have at most ${maximum} characters`);
    return value;
  }

  text(name: string, maximum = defaultLength): string {
    return this.optionalText(name, maximum) ?? this.refuse(name, "is required");
  }

  flag(name: string): boolean {
    const value = this.#member(name) ?? false;
    if (typeof value !== "boolean") this.refuse(name, "must be true or false");
    return value;
  }

  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const value = this.#member(name);
    const found = choices.find((choice) => choice === value);
    if (value !== undefined && found === undefined) {
      this.refuse(name, `must be one of ${choices.join(", ")}`);
    }
    return found;
  }

  #list(name: string, maximum: number): readonly unknown[] {
    const value = this.#member(name);
    if (!Array.isArray(value) || value.length === 0) {
      this.refuse(name, "is required and must have at least one entry");
    }
    if (value.length > maximum) this.refuse(name, `must have at most ${maximum} entries`);
    return value;
  }

  entries<Entry>(name: string, maximum: number, read: (entry: ConfigReader) => Entry): readonly Entry[] {
    return this.#list(name, maximum).map((value, index) => {
      const reader = new ConfigReader(`${this.#path}.${name}[${index}]`, value);
      const entry = read(reader);
      reader.finish();
      return entry;
    });
  }

  texts(name: string, maximum: number, longest = defaultLength): readonly string[] {
    return this.#list(name, maximum).map((value) => {
      if (typeof value !== "string" || value === "") this.refuse(name, "must have texts that are not empty");
      if (value.length > longest) this.refuse(name, `must have texts of at most ${longest} characters`);
      return value;
    });
  }

  /** Undefined when the member is absent, or an empty list. */
  optionalTexts(name: string, maximum: number): readonly string[] | undefined {
    const value = this.#member(name);
    return value === undefined || (Array.isArray(value) && value.length === 0)
      ? undefined
      : this.texts(name, maximum);
  }

  /** Keys of any length, nested as deep as they like: AWS tells of no limit. */
  deepKeys(name: string, maximum: number): readonly KeyPath[] {
    return this.texts(name, maximum, Infinity).map((key) => this.#keyPath(name, key, Infinity));
  }

  optionalKeys(name: string, maximum: number): readonly KeyPath[] | undefined {
    return this.optionalTexts(name, maximum)?.map((key) => this.#keyPath(name, key));
  }

  optionalDeepKey(name: string): KeyPath | undefined {
    const value = this.optionalText(name);
    return value === undefined ? undefined : this.#keyPath(name, value, Infinity);
  }

  deepKey(name: string): KeyPath {
    return this.optionalDeepKey(name) ?? this.refuse(name, "is required");
  }

  optionalKey(name: string): KeyPath | undefined {
    const value = this.optionalText(name);
    return value === undefined ? undefined : this.#keyPath(name, value);
  }

  key(name: string): KeyPath {
    return this.#keyPath(name, this.text(name));
  }

  #keyPath(name: string, key: string, deepest = maximumKeyDepth): KeyPath {
    const path = key.split(".");
    if (path.includes("")) this.refuse(name, `has a key with an empty part: ${key}`);
    if (path.length > deepest) {
      this.refuse(name, `has a key that is nested deeper than ${deepest}: ${key}`);
    }
    return path;
  }

  /** @throws TransformerProblem for a member that nobody asked for. */
  finish(): void {
    const unknown = Object.keys(this.#members).find(
      (name) => !this.#asked.has(name) && this.#members[name] !== undefined,
    );
    if (unknown !== undefined) this.refuse(unknown, "is not a member of this processor");
  }
}
