// ListEvents and ListApiCalls: what AWS has no way to read back.
import { readApiCalls } from "../../storage/telemetry/api-calls.ts";
import { readBusEvents } from "../../storage/telemetry/bus-events.ts";
import type { GroundwatchHandler } from "./handlers.ts";
import { defaultPageSize } from "./limits.ts";
import { positionOf, tokenOf } from "./page-token.ts";

/** The events of a bus, in the order of their arrival. */
export const listEvents: GroundwatchHandler<"ListEvents"> = async (input, { call, dependencies }) => {
  const { telemetry, worlds } = dependencies;
  const limit = input.MaxResults ?? defaultPageSize;
  const [receivedAt, sequence] = input.NextToken === undefined ? [] : positionOf(input.NextToken);
  const after = receivedAt === undefined || sequence === undefined ? {} : { after: { receivedAt, sequence } };
  const events = await readBusEvents(telemetry, {
    world: await worlds.numberOf(call.account, call.region),
    bus: input.EventBusName ?? "default",
    from: input.From ?? 0,
    to: input.To ?? call.now,
    ...after,
    limit,
  });
  const last = events.length < limit ? undefined : events.at(-1);
  return {
    Events: events.map(({ eventId, receivedAt, event }) => ({
      EventId: eventId,
      ReceivedAt: receivedAt,
      Event: event,
    })),
    NextToken: last && tokenOf(last.receivedAt, last.sequence),
  };
};

/** Calls of both categories, newest first: LookupEvents has only management events. */
export const listApiCalls: GroundwatchHandler<"ListApiCalls"> = async (input, { call, dependencies }) => {
  const { telemetry, worlds } = dependencies;
  const limit = input.MaxResults ?? defaultPageSize;
  const [calledAt, sequence] = input.NextToken === undefined ? [] : positionOf(input.NextToken);
  const before = calledAt === undefined || sequence === undefined ? {} : { before: { calledAt, sequence } };
  const calls = await readApiCalls(telemetry, {
    world: await worlds.numberOf(call.account, call.region),
    ...(input.Category === undefined ? {} : { category: input.Category === "Data" ? "Data" : "Management" }),
    ...(input.EventName === undefined ? {} : { attributes: [{ key: "EventName", value: input.EventName }] }),
    from: input.From ?? 0,
    to: input.To ?? call.now,
    ...before,
    limit,
  });
  const last = calls.length < limit ? undefined : calls.at(-1);
  return {
    ApiCalls: calls.map((stored) => ({
      EventId: stored.eventId,
      EventName: stored.eventName,
      EventSource: stored.eventSource,
      Category: stored.category,
      CalledAt: stored.calledAt,
      ReadOnly: stored.readOnly,
      Record: stored.record,
    })),
    NextToken: last && tokenOf(last.calledAt, last.sequence),
  };
};
