// Where events have arrived that a subscription has yet to look at.

interface Note {
  /** None of the events is older; epoch milliseconds. */
  readonly earliestAt: number;
  /** The sequence number that must be settled before it is worth a look, */
  readonly from: bigint;
  /** and before there can be nothing more. */
  readonly upTo: bigint;
}

/** What one look is about. */
export interface Look {
  /** With the time of the earliest event; undefined for all groups and times. */
  readonly groups: ReadonlyMap<number, number> | undefined;
  readonly notes: ReadonlyMap<number, Note>;
}

const everywhere = 0;

/** At first everything is to be looked at: nothing is known of what came before. */
export class ArrivalNotes {
  #notes = new Map<number, Note>();

  constructor(upTo: bigint) {
    this.noteEverywhere(upTo);
  }

  /** Events of the group were stored, none before `earliestAt` and none with a number above `upTo`. */
  note(groupId: number, earliestAt: number, upTo: bigint): void {
    this.#merge(groupId, { earliestAt, from: upTo, upTo });
  }

  /** Events may be in any group and of any time. */
  noteEverywhere(upTo: bigint): void {
    this.note(everywhere, 0, upTo);
  }

  get isEmpty(): boolean {
    return this.#notes.size === 0;
  }

  isReady(settled: bigint): boolean {
    return [...this.#notes.values()].some(({ from }) => from <= settled);
  }

  /** Takes what a look at everything up to `settled` is about; what may follow behind that stays noted. */
  take(settled: bigint): Look | undefined {
    if (!this.isReady(settled)) return undefined;
    const notes = this.#notes;
    this.#notes = new Map();
    for (const [groupId, note] of notes) {
      if (note.upTo > settled) this.#merge(groupId, { ...note, from: note.upTo });
    }
    const groups = new Map([...notes].map(([groupId, { earliestAt }]) => [groupId, earliestAt]));
    return { groups: notes.has(everywhere) ? undefined : groups, notes };
  }

  /** The look has not come to its end. */
  putBack({ notes }: Look): void {
    for (const [groupId, note] of notes) this.#merge(groupId, note);
  }

  #merge(groupId: number, note: Note): void {
    const known = this.#notes.get(groupId);
    const merged =
      known === undefined
        ? note
        : {
            earliestAt: Math.min(known.earliestAt, note.earliestAt),
            from: known.from < note.from ? known.from : note.from,
            upTo: known.upTo > note.upTo ? known.upTo : note.upTo,
          };
    this.#notes.set(groupId, merged);
  }
}
