// Bus events in telemetry: appended as columns, read back in the order of their arrival.
import { eventLimits } from "../../core/events/limits.ts";
import { sql, type Sql } from "../../core/sql.ts";
import type { Telemetry } from "../telemetry.ts";
import { createArrivalSequence } from "./arrival-sequence.ts";
import { storableInstant } from "./instants.ts";

/** An event as it was put on a bus; instants are epoch milliseconds. */
export interface BusEvent {
  readonly bus: string;
  readonly eventId: string;
  /** What the event says of its time. */
  readonly timestamp: number;
  readonly source: string;
  readonly detailType: string;
  readonly resources: readonly string[];
  /** The whole event as JSON. */
  readonly event: string;
}

const nextSequence = createArrivalSequence();

/** Resolves when the events are stored. */
export function appendBusEvents(
  telemetry: Telemetry,
  world: number,
  events: readonly BusEvent[],
  receivedAt: number,
): Promise<void> {
  return telemetry.append("bus_events", {
    world: events.map(() => world),
    bus: events.map(({ bus }) => bus),
    timestamp: events.map(({ timestamp }) => storableInstant(timestamp)),
    sequence: events.map(() => nextSequence(receivedAt)),
    received_at: events.map(() => receivedAt),
    event_id: events.map(({ eventId }) => eventId),
    source: events.map(({ source }) => source),
    detail_type: events.map(({ detailType }) => detailType),
    resources: events.map(({ resources }) => resources),
    event: events.map(({ event }) => event),
  });
}

/** A place between two events of a bus. */
export interface BusPosition {
  readonly receivedAt: number;
  /** A 64-bit number, as text. */
  readonly sequence: string;
}

export interface StoredBusEvent extends BusPosition {
  readonly eventId: string;
  /** The whole event as JSON. */
  readonly event: string;
}

export interface BusQuery {
  readonly world: number;
  readonly bus: string;
  /** Inclusive, by arrival; epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  /** Continue strictly behind this event. */
  readonly after?: BusPosition;
  /** At most `eventLimits.eventsPerRead` count. */
  readonly limit: number;
}

function isBehind({ receivedAt, sequence }: BusPosition): Sql {
  return sql`(received_at, sequence) > (fromUnixTimestamp64Milli(${receivedAt}), ${BigInt(sequence)})`;
}

/** The events of a bus in the order of their arrival; fewer than `limit` means that there are no more. */
export function readBusEvents(telemetry: Telemetry, query: BusQuery): Promise<readonly StoredBusEvent[]> {
  const { world, bus, to, after } = query;
  const from = Math.max(query.from, after?.receivedAt ?? query.from);
  const behind = after === undefined ? sql`1` : isBehind(after);
  return telemetry.query<StoredBusEvent>(sql`
    SELECT toFloat64(toUnixTimestamp64Milli(received_at)) AS receivedAt, sequence,
      event_id AS eventId, event
    FROM bus_events
    WHERE world = ${world} AND bus = ${bus}
      AND received_at >= fromUnixTimestamp64Milli(${storableInstant(from)})
      AND received_at <= fromUnixTimestamp64Milli(${storableInstant(to)}) AND ${behind}
    ORDER BY received_at, sequence
    LIMIT ${Math.min(query.limit, eventLimits.eventsPerRead)}`);
}
