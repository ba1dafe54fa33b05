// The events of a batch, as metric filters read them.
import { MessageReading } from "./filter-pattern/message-reading.ts";

/** All series of filters have this resolution. */
const minuteMs = 60_000;

/** A message with the time of its event, in epoch milliseconds. */
export class EventReading extends MessageReading {
  #timestamp: number;
  /** By number since the epoch. */
  #minute: number;

  constructor(message: string, timestamp: number) {
    super(message);
    this.#timestamp = timestamp;
    this.#minute = Math.floor(timestamp / minuteMs);
  }

  /** `document` as in `turnTo`. */
  turnToEvent(timestamp: number, message: string, document?: object | null): void {
    this.turnTo(message, document);
    this.#timestamp = timestamp;
    this.#minute = Math.floor(timestamp / minuteMs);
  }

  get timestamp(): number {
    return this.#timestamp;
  }

  get minute(): number {
    return this.#minute;
  }
}

/** Turns a reading to an event. */
export type TurnTo<Event> = (reading: EventReading, event: Event, index: number) => void;

/** As many are read at a time: few enough to stay near the processor for the next filter. */
const readingsAtOnce = 256;

/** Readings that are used again for batch after batch, so that to read an event makes no object. */
export class EventReadings {
  readonly #readings: EventReading[] = [];

  /**
   * Turns a reading to each event, and looks at some of them at a time, from the first to the last. Behind
   * `look` they are empty: what is garbage by then must not be held by what is old.
   */
  read<Event>(
    events: readonly Event[],
    turn: TurnTo<Event>,
    look: (readings: readonly EventReading[]) => void,
  ): void {
    for (let start = 0; start < events.length; start += readingsAtOnce) {
      const some = events.slice(start, start + readingsAtOnce);
      const readings = some.map((event, index) => {
        const reading = (this.#readings[index] ??= new EventReading("", 0));
        turn(reading, event, start + index);
        return reading;
      });
      look(readings);
      for (const reading of readings) reading.turnTo("");
    }
  }
}
