// A message, read in the ways that filter patterns need, each at most once however many patterns look at it.
import { EventFields } from "./compile-fields.ts";
import { parseDocument } from "./compile-json.ts";

export class MessageReading {
  readonly message: string;
  #document: object | undefined;
  #isParsed = false;
  #fields: EventFields | undefined;

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

  /** Whether asking for the document costs nothing. */
  get isParsed(): boolean {
    return this.#isParsed;
  }

  /** What stands between blanks. */
  get fields(): EventFields {
    return (this.#fields ??= new EventFields(this.message));
  }
}
