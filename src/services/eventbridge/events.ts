// Events: each entry of PutEvents is checked by itself, and what is whole is stored on its bus.
import { randomUUID } from "node:crypto";
import type * as Sdk from "@aws-sdk/client-eventbridge";
import { busReference } from "../../core/events/event-bus.ts";
import {
  entryBytes,
  eventJson,
  invalidArgument,
  isChecked,
  problemOfEntry,
  type EntryProblem,
  type EventEntry,
} from "../../core/events/event-entry.ts";
import { eventLimits } from "../../core/events/limits.ts";
import { appendBusEvents, type BusEvent } from "../../storage/telemetry/bus-events.ts";
import type { InputOf, OutputOf } from "../../wire/handlers.ts";
import type { CallContext } from "../../wire/request.ts";
import { notImplemented } from "../../wire/service.ts";
import type { EventBridgeContext } from "./context.ts";
import { validationError } from "./errors.ts";

const utf8Bytes = (text: string) => Buffer.byteLength(text);

type PutEntry = InputOf<typeof Sdk, "PutEvents">["Entries"][number];

/**
 * A bus that does not exist is no error of AWS's, which then drops the event; here it is stored under the
 * bus's name all the same. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
export async function putEvents(
  input: InputOf<typeof Sdk, "PutEvents">,
  { call, dependencies }: EventBridgeContext,
): Promise<OutputOf<typeof Sdk, "PutEvents">> {
  if (input.EndpointId !== undefined) {
    throw notImplemented("Groundwatch does not support global endpoints.");
  }
  const entries = input.Entries.map((entry) => ({ bus: entry.EventBusName, entry: entryOf(entry) }));
  const bytes = entries.reduce((sum, { entry }) => sum + entryBytes(entry, utf8Bytes), 0);
  if (bytes > eventLimits.requestBytes) {
    throw validationError("Total size of the entries in the request is over the limit.");
  }
  const events: BusEvent[] = [];
  const results = entries.map(({ bus, entry }) => {
    const outcome = busEventOf(bus, entry, call);
    if ("errorCode" in outcome) return { ErrorCode: outcome.errorCode, ErrorMessage: outcome.errorMessage };
    events.push(outcome);
    return { EventId: outcome.eventId };
  });
  if (events.length > 0) {
    const world = await dependencies.worlds.numberOf(call.account, call.region);
    await appendBusEvents(dependencies.telemetry, world, events, call.now);
  }
  return { FailedEntryCount: results.length - events.length, Entries: results };
}

function entryOf({ Time, Source, DetailType, Detail, Resources = [] }: PutEntry): EventEntry {
  return {
    timeAt: Time?.getTime(),
    source: Source,
    detailType: DetailType,
    detail: Detail,
    resources: Resources,
  };
}

function busEventOf(
  nameOrArn: string | undefined,
  entry: EventEntry,
  call: CallContext,
): BusEvent | EntryProblem {
  const problem = problemOfEntry(entry) ?? problemOfBus(nameOrArn, call);
  if (problem !== undefined) return problem;
  if (!isChecked(entry)) throw new Error("an entry without a problem has all that is required");
  const { account, region, now } = call;
  const eventId = randomUUID();
  return {
    bus: busReference(nameOrArn).name,
    eventId,
    timestamp: entry.timeAt ?? now,
    source: entry.source,
    detailType: entry.detailType,
    resources: entry.resources,
    event: eventJson(entry, { id: eventId, account, region, receivedAt: now }),
  };
}

/** Buses of other accounts need policies, which are kept but not yet decided upon. */
function problemOfBus(nameOrArn: string | undefined, call: CallContext): EntryProblem | undefined {
  const { account = call.account, region = call.region } = busReference(nameOrArn);
  if (account !== call.account) {
    return {
      errorCode: "AccessDeniedException",
      errorMessage:
        `User: ${call.principal.arn} is not authorized to perform: events:PutEvents on resource: ` +
        `${nameOrArn} because no resource-based policy allows the events:PutEvents action`,
    };
  }
  if (region === call.region) return undefined;
  return invalidArgument("EventBusName", "the event bus is in another region.");
}
