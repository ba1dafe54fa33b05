// The payloads that a subscription makes of what arrived: of the events that match, those of one stream
// together, as few as the limits allow.
import { subscriptionLimits, type SubscriptionPayload } from "../../core/logs/subscription-payload.ts";
import type { EncodedPayload } from "../../storage/log-subscriptions.ts";
import {
  type ArrivedRange,
  encodeEvents,
  eventsWith,
  type EventTexts,
  idOf,
  textRange,
} from "../../storage/telemetry/event-texts.ts";
import type { ArrivedBatch } from "../../storage/telemetry/recent-arrivals.ts";
import type { Subscription } from "./definition.ts";

export interface Outgoing {
  /** The id of its first event. */
  readonly messageId: string;
  readonly payload: EncodedPayload;
  /** How often it was tried. */
  attempts: number;
}

/** The events of a stream that go on. */
export interface MatchingEvents {
  readonly groupId: number;
  readonly streamId: number;
  readonly ranges: readonly ArrivedRange[];
}

/** By stream, in the order of arrival; streams without such events are not there. */
export function matchingEvents(
  subscription: Subscription,
  batches: readonly ArrivedBatch[],
): readonly MatchingEvents[] {
  const streams = new Map<string, MatchingEvents & { readonly ranges: ArrivedRange[] }>();
  for (const batch of batches) {
    const ranges = matching(subscription, batch);
    if (ranges.length === 0) continue;
    const { groupId, streamId } = batch;
    const key = `${groupId}/${streamId}`;
    const stream = streams.get(key) ?? { groupId, streamId, ranges: [] };
    streams.set(key, stream);
    stream.ranges.push(...ranges);
  }
  return [...streams.values()];
}

export function payloadsOf(
  subscription: Subscription,
  names: Pick<SubscriptionPayload, "logGroup" | "logStream">,
  { ranges }: MatchingEvents,
): Outgoing[] {
  const texts = encodeEvents(ranges);
  return divide(texts).map((part) => outgoingOf(subscription, names, texts, part));
}

function matching(
  { matches, needles, isEverything }: Subscription,
  batch: ArrivedBatch,
): readonly ArrivedRange[] {
  const { texts, from, to } = batch;
  if (isEverything) return from < to ? [{ texts, first: from, last: to - 1 }] : [];
  const needle = needles.reduce((longest, text) => (text.length > longest.length ? text : longest), "");
  const ranges: ArrivedRange[] = [];
  for (const index of eventsWith(texts, Buffer.from(needle), from, to)) {
    if (!matches(texts.messages.text(index))) continue;
    const open = ranges.at(-1);
    if (open?.last === index - 1) ranges[ranges.length - 1] = { ...open, last: index };
    else ranges.push({ texts, first: index, last: index });
  }
  return ranges;
}

/** The places of the first and the last event of a payload. */
interface Part {
  readonly first: number;
  readonly last: number;
}

/** Ends a payload where one event more would be too much; an event that is too large goes alone. */
function divide({ ends }: EventTexts): readonly Part[] {
  const { payloadBytes } = subscriptionLimits;
  const parts: Part[] = [];
  let first = 0;
  let begins = 0;
  for (let index = 1; index <= ends.length; index++) {
    if (index < ends.length && (ends[index] ?? 0) - begins <= payloadBytes) continue;
    parts.push({ first, last: index - 1 });
    first = index;
    begins = (ends[index - 1] ?? 0) + 1;
  }
  return parts;
}

function outgoingOf(
  { account, region, name, group, systemFields }: Subscription,
  { logGroup, logStream }: Pick<SubscriptionPayload, "logGroup" | "logStream">,
  texts: EventTexts,
  { first, last }: Part,
): Outgoing {
  const known: Readonly<Record<string, string>> = {
    "@aws.account": account,
    "@aws.region": region,
    "@source.log": logGroup,
  };
  const extracted = Object.fromEntries(systemFields.map((field) => [field, known[field] ?? ""]));
  return {
    attempts: 0,
    messageId: idOf(texts, first),
    payload: {
      head: {
        messageType: "DATA_MESSAGE",
        owner: account,
        logGroup,
        logStream,
        subscriptionFilters: [name],
        ...(group === undefined ? { policyLevel: "ACCOUNT_LEVEL_POLICY" as const } : {}),
      },
      events:
        systemFields.length === 0
          ? [textRange(texts, first, last)]
          : withFields(texts, { first, last }, JSON.stringify(extracted)),
    },
  };
}

function withFields(texts: EventTexts, { first, last }: Part, fields: string): readonly Buffer[] {
  const behind = Buffer.from(`,"extractedFields":${fields}}`);
  return Array.from({ length: last - first + 1 }, (_, offset) =>
    Buffer.concat([textRange(texts, first + offset).subarray(0, -1), behind]),
  );
}
