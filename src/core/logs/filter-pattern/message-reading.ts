// A message, read in the ways that filter patterns need, each at most once however many patterns look at it.
import { splitFields } from "./compile-fields.ts";
import { parseDocument } from "./compile-json.ts";

export class MessageReading {
  readonly message: string;
  #document: object | undefined;
  #isParsed = false;
  #fields: readonly string[] | undefined;

  constructor(message: string) {
    this.message = message;
  }

  /** The object or array that the message is; undefined for any other message. */
  get document(): object | undefined {
    if (!this.#isParsed) {
      this.#isParsed = true;
      this.#document = parseDocument(this.message);
    }
    return this.#document;
  }

  /** What stands between blanks. */
  get fields(): readonly string[] {
    return (this.#fields ??= splitFields(this.message));
  }
}
