// The payloads that a subscription makes of what arrived: of the events that match, those of one stream
// together, as few as the limits allow.
import { subscriptionLimits, type SubscriptionPayload } from "../../core/logs/subscription-payload.ts";
import type { EncodedPayload } from "../../storage/log-subscriptions.ts";
import { decodeEvent, eventsWith, textRange, type EventTexts } from "../../storage/telemetry/event-texts.ts";
import type { ArrivedBatch } from "../../storage/telemetry/recent-arrivals.ts";
import type { Subscription } from "./definition.ts";

export interface Outgoing {
  /** The id of its first event. */
  readonly messageId: string;
  readonly payload: EncodedPayload;
  /** How often it was tried. */
  attempts: number;
}

/** Events that follow each other, all of which go on. */
interface Range {
  readonly texts: EventTexts;
  readonly first: number;
  /** This one is a part of it. */
  readonly last: number;
}

/** The events of a stream that go on. */
export interface MatchingEvents {
  readonly groupId: number;
  readonly streamId: number;
  readonly ranges: readonly Range[];
}

/** By stream, in the order of arrival; streams without such events are not there. */
export function matchingEvents(
  subscription: Subscription,
  batches: readonly ArrivedBatch[],
): readonly MatchingEvents[] {
  const streams = new Map<string, MatchingEvents & { readonly ranges: Range[] }>();
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
  return divide(ranges).map((part) => outgoingOf(subscription, names, part));
}

function matching({ matches, needles, isEverything }: Subscription, batch: ArrivedBatch): readonly Range[] {
  const { texts, from, to } = batch;
  if (isEverything) return from < to ? [{ texts, first: from, last: to - 1 }] : [];
  const needle = needles.reduce((longest, text) => (text.length > longest.length ? text : longest), "");
  const ranges: Range[] = [];
  for (const index of eventsWith(texts, needle, from, to)) {
    if (!matches(decodeEvent(texts, index).message)) continue;
    const open = ranges.at(-1);
    if (open?.last === index - 1) ranges[ranges.length - 1] = { ...open, last: index };
    else ranges.push({ texts, first: index, last: index });
  }
  return ranges;
}

/** Ends a payload where one event more would be too much; an event that is too large goes alone. */
function divide(ranges: readonly Range[]): readonly (readonly Range[])[] {
  const { payloadBytes } = subscriptionLimits;
  const parts: Range[][] = [];
  let bytes = Infinity;
  for (const { texts, first, last } of ranges) {
    let from = first;
    for (let index = first; index <= last; index++) {
      const size = textRange(texts, index).length;
      if (bytes + size > payloadBytes) {
        if (index > from) parts.at(-1)?.push({ texts, first: from, last: index - 1 });
        parts.push([]);
        from = index;
        bytes = 0;
      }
      bytes += size;
    }
    parts.at(-1)?.push({ texts, first: from, last });
  }
  return parts;
}

function outgoingOf(
  { account, region, name, group, systemFields }: Subscription,
  { logGroup, logStream }: Pick<SubscriptionPayload, "logGroup" | "logStream">,
  ranges: readonly Range[],
): Outgoing {
  const known: Readonly<Record<string, string>> = {
    "@aws.account": account,
    "@aws.region": region,
    "@source.log": logGroup,
  };
  const extracted = Object.fromEntries(systemFields.map((field) => [field, known[field] ?? ""]));
  const [first] = ranges;
  return {
    attempts: 0,
    messageId: first === undefined ? "" : decodeEvent(first.texts, first.first).id,
    payload: {
      head: {
        messageType: "DATA_MESSAGE",
        owner: account,
        logGroup,
        logStream,
        subscriptionFilters: [name],
        ...(group === undefined ? { policyLevel: "ACCOUNT_LEVEL_POLICY" as const } : {}),
      },
      events: ranges.flatMap((range) =>
        systemFields.length === 0
          ? [textRange(range.texts, range.first, range.last)]
          : withFields(range, JSON.stringify(extracted)),
      ),
    },
  };
}

function withFields({ texts, first, last }: Range, fields: string): readonly Buffer[] {
  const behind = Buffer.from(`,"extractedFields":${fields}}`);
  return Array.from({ length: last - first + 1 }, (_, offset) =>
    Buffer.concat([textRange(texts, first + offset).subarray(0, -1), behind]),
  );
}
