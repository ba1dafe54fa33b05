// The fields of space-delimited events.

/**
 * The fields of a message, found as far as somebody asks for them: most patterns look at the first few.
 *
 * Blanks divide them; what stands in brackets or in double quotes is one field, without them.
 * `1.2.3.4 - [10/Oct/2000 13:25] "GET / HTTP/1.0" 200` has five fields.
 *
 * Only where they begin and end is kept, and one object reads message after message: an event whose fields
 * are only counted costs no memory.
 */
export class EventFields {
  readonly #source: { readonly message: string };
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  #found = 0;
  /** Behind the last field that was found, and the blanks behind it that were looked at. */
  #at = 0;
  /** Where the next of each closing character is, so that a text of opening ones is read once. */
  #closingBracket = -1;
  #closingQuotation = -1;

  /** `source` may get another message, of which `begin` tells. */
  constructor(source: { readonly message: string }) {
    this.#source = source;
  }

  begin(): void {
    this.#found = 0;
    this.#at = 0;
    this.#closingBracket = -1;
    this.#closingQuotation = -1;
  }

  /** Counts from 0; undefined behind the last one. */
  at(place: number): string | undefined {
    return place >= 0 && this.#findUpTo(place + 1)
      ? this.#source.message.slice(this.#starts[place], this.#ends[place])
      : undefined;
  }

  /** Where the last of them begins is enough to know. */
  hasAtLeast(count: number): boolean {
    return this.#found >= count || (this.#findUpTo(count - 1) && this.#hasNext());
  }

  get count(): number {
    while (this.#findNext());
    return this.#found;
  }

  /** Those from one place up to another, the latter left out. */
  slice(from: number, to: number): readonly string[] {
    const fields: string[] = [];
    for (let place = from; place < to; place += 1) fields.push(this.at(place) ?? "");
    return fields;
  }

  #findUpTo(count: number): boolean {
    while (this.#found < count) if (!this.#findNext()) return false;
    return true;
  }

  #hasNext(): boolean {
    const { message } = this.#source;
    let at = this.#at;
    while (at < message.length && isBlank(message.charCodeAt(at))) at += 1;
    this.#at = at;
    return at < message.length;
  }

  #findNext(): boolean {
    if (!this.#hasNext()) return false;
    const { message } = this.#source;
    const { length } = message;
    const start = this.#at;
    const close = this.#closeOf(message.charCodeAt(start), start + 1);
    if (close < length && (close + 1 === length || isBlank(message.charCodeAt(close + 1)))) {
      this.#keep(start + 1, close, close + 1);
      return true;
    }
    let end = start + 1;
    while (end < length && !isBlank(message.charCodeAt(end))) end += 1;
    this.#keep(start, end, end);
    return true;
  }

  #keep(start: number, end: number, next: number): void {
    this.#starts[this.#found] = start;
    this.#ends[this.#found] = end;
    this.#found += 1;
    this.#at = next;
  }

  /** The end of the message for a field that opens with neither, or is not closed. */
  #closeOf(opening: number, from: number): number {
    if (opening === bracket) {
      if (this.#closingBracket < from) this.#closingBracket = this.#next("]", from);
      return this.#closingBracket;
    }
    if (opening === quotation) {
      if (this.#closingQuotation < from) this.#closingQuotation = this.#next('"', from);
      return this.#closingQuotation;
    }
    return this.#source.message.length;
  }

  #next(character: string, from: number): number {
    const found = this.#source.message.indexOf(character, from);
    return found < 0 ? this.#source.message.length : found;
  }
}

const bracket = 0x5b;
const quotation = 0x22;

/** What `\s` means in a regular expression, which is asked only about the few ranges that have such. */
function isBlank(unit: number): boolean {
  if (unit <= 0x20) return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
  if (unit < 0x1680) return unit === 0xa0;
  return (unit <= 0x3000 || unit === 0xfeff) && /\s/.test(String.fromCharCode(unit));
}
