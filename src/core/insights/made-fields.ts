// The fields that commands have made, by their names.
import { jsonField } from "./discovered-fields.ts";
import type { FieldReference } from "./query-tree.ts";
import type { Value } from "./value.ts";

export class MadeFields {
  readonly #values = new Map<string, Value>();

  named(name: string): Value | undefined {
    return this.#values.get(name);
  }

  set(name: string, value: Value): void {
    this.#values.set(name, value);
  }

  clear(): void {
    this.#values.clear();
  }

  all(): readonly (readonly [name: string, value: Value])[] {
    return [...this.#values];
  }

  /** A field, or a part of one that is a structure. */
  find(reference: FieldReference): Value | undefined {
    const whole = this.#values.get(reference.steps.join("."));
    if (whole !== undefined) return whole;
    const found = this.structure(reference);
    if (found === undefined) return undefined;
    return { sql: jsonField(found.value.sql, found.path), type: "field", nullable: true };
  }

  /** The longest beginning of a reference that is a structure, and the way from there. */
  structure({ steps }: FieldReference): { value: Value; path: FieldReference["steps"] } | undefined {
    for (let length = steps.length; length > 0; length--) {
      const value = this.#values.get(steps.slice(0, length).join("."));
      if (value?.type === "structure") return { value, path: steps.slice(length) };
    }
    return undefined;
  }
}
