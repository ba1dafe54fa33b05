// A message, read in the ways that filter patterns need, each at most once however many patterns look at it.
import { parseDocument } from "./compile-json.ts";
import { EventFields } from "./event-fields.ts";

/** One object can read the messages of a batch, one after the other. */
export class MessageReading {
  #message: string;
  #document: object | null | undefined;
  #fields: EventFields | undefined;
  #isDivided = false;

  constructor(message: string) {
    this.#message = message;
  }

  /** `document` is what is known of it already: null for a message that is none. */
  turnTo(message: string, document?: object | null): void {
    this.#message = message;
    this.#document = document;
    this.#isDivided = false;
  }

  get message(): string {
    return this.#message;
  }

  /** The object or array that the message is; undefined for any other message. */
  get document(): object | undefined {
    if (this.#document === undefined) this.#document = parseDocument(this.#message) ?? null;
    return this.#document ?? undefined;
  }

  /** Whether asking for the document costs nothing. */
  get isParsed(): boolean {
    return this.#document !== undefined;
  }

  /** What stands between blanks; those of one message at a time. */
  get fields(): EventFields {
    this.#fields ??= new EventFields(this);
    if (!this.#isDivided) this.#fields.begin();
    this.#isDivided = true;
    return this.#fields;
  }
}
