// Event history: the management calls of the last 90 days, found by one attribute.
import {
  InvalidLookupAttributesException,
  InvalidNextTokenException,
  InvalidTimeRangeException,
} from "@aws-sdk/client-cloudtrail";
import type * as Sdk from "@aws-sdk/client-cloudtrail";
import { auditLimits } from "../../core/audit/limits.ts";
import {
  readApiCalls,
  type ApiCallAttribute,
  type ApiCallPosition,
  type StoredApiCall,
} from "../../storage/telemetry/api-calls.ts";
import type { InputOf, OutputOf } from "../../wire/handlers.ts";
import { modelled } from "../../wire/service.ts";
import type { CloudTrailContext } from "./context.ts";

type Input = InputOf<typeof Sdk, "LookupEvents">;
type Output = OutputOf<typeof Sdk, "LookupEvents">;

/**
 * Management events only, newest first: "The CloudTrail Event history doesn't record data events". Insights
 * events are asked for by their category, and nothing makes any.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
export async function lookupEvents(input: Input, { call, dependencies }: CloudTrailContext): Promise<Output> {
  const attributes = attributesOf(input);
  const { from, to } = rangeOf(input, call.now);
  const limit = input.MaxResults ?? auditLimits.eventsPerPage;
  const before = input.NextToken === undefined ? undefined : positionOf(input.NextToken, input);
  if (input.EventCategory === "insight") return { Events: [] };
  const world = await dependencies.worlds.numberOf(call.account, call.region);
  const found = await readApiCalls(dependencies.telemetry, {
    world,
    category: "Management",
    attributes,
    from,
    to,
    limit: limit + 1,
    ...(before === undefined ? {} : { before }),
  });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    Events: page.map(eventOf),
    ...(found.length > limit && last !== undefined ? { NextToken: tokenOf(last, input) } : {}),
  };
}

function attributesOf({ LookupAttributes: attributes = [], EventCategory }: Input) {
  if (attributes.length > auditLimits.lookupAttributes) {
    throw modelled(InvalidLookupAttributesException, "You can only specify one lookup attribute.");
  }
  return attributes.map(({ AttributeKey: key, AttributeValue: value }) => {
    const known = EventCategory === "insight" ? insightKeys : managementKeys;
    if (!known.has(key)) {
      throw modelled(InvalidLookupAttributesException, `Events cannot be looked up by ${key}.`);
    }
    if (key === "ReadOnly" && value !== "true" && value !== "false") {
      throw modelled(InvalidLookupAttributesException, "The value of ReadOnly must be true or false.");
    }
    return { key, value };
  });
}

const insightKeys: ReadonlySet<ApiCallAttribute> = new Set(["EventId", "EventName", "EventSource"]);
const managementKeys: ReadonlySet<ApiCallAttribute> = new Set([
  ...insightKeys,
  "AccessKeyId",
  "ReadOnly",
  "ResourceName",
  "ResourceType",
  "Username",
]);

function rangeOf({ StartTime, EndTime }: Input, now: number): { from: number; to: number } {
  const oldest = now - auditLimits.lookupMs;
  const from = StartTime?.getTime() ?? oldest;
  const to = EndTime?.getTime() ?? now;
  if (from > to) {
    throw modelled(InvalidTimeRangeException, "The start time must not be after the end time.");
  }
  if (to < oldest) {
    throw modelled(InvalidTimeRangeException, "The time range must be within the last 90 days.");
  }
  // An instant that clients write in seconds means the whole second.
  return { from: Math.max(from, oldest), to: to % 1000 === 0 ? to + 999 : to };
}

function eventOf(call: StoredApiCall): Sdk.Event {
  return {
    EventId: call.eventId,
    EventName: call.eventName,
    ReadOnly: String(call.readOnly),
    AccessKeyId: call.accessKeyId,
    EventTime: new Date(Math.floor(call.calledAt / 1000) * 1000),
    EventSource: call.eventSource,
    Username: call.userName,
    Resources: call.resourceTypes.map((ResourceType, index) => ({
      ResourceType,
      ResourceName: call.resourceNames[index] ?? "",
    })),
    CloudTrailEvent: call.record,
  };
}

/** A token carries the question it belongs to, because it is not valid for another one. */
function tokenOf({ calledAt, sequence }: ApiCallPosition, input: Input): string {
  return Buffer.from(JSON.stringify([calledAt, sequence, questionOf(input)])).toString("base64url");
}

function questionOf({ LookupAttributes, StartTime, EndTime, EventCategory }: Input): string {
  return JSON.stringify([LookupAttributes, StartTime?.getTime(), EndTime?.getTime(), EventCategory]);
}

function positionOf(token: string, input: Input): ApiCallPosition {
  const [calledAt, sequence, question] = partsOf(token);
  const whole = isInstant(calledAt) && typeof sequence === "string" && /^\d{1,19}$/.test(sequence);
  if (!whole || question !== questionOf(input)) {
    throw modelled(
      InvalidNextTokenException,
      "The token is not valid, or was given for a request with different parameters.",
    );
  }
  return { calledAt, sequence };
}

function isInstant(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) < 1e13;
}

function partsOf(token: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, "base64url").toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}
