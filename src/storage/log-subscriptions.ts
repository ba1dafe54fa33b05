// Subscriptions to log events in state: filters of groups, policies of accounts, destinations, and how far
// each
// subscription was delivered.
import type { SubscriptionPayload } from "../core/logs/subscription-payload.ts";
import type { SubscriptionTarget } from "../core/logs/subscription-target.ts";
import type { Change, Collection, Document, State } from "./state.ts";

/** Instants are epoch milliseconds. */
export interface StoredSubscriptionFilter {
  readonly groupId: number;
  readonly filterPattern: string;
  readonly destinationArn: string;
  readonly roleArn?: string;
  readonly distribution: "Random" | "ByLogStream";
  readonly createdAt: number;
  readonly emitSystemFields?: readonly string[];
  readonly fieldSelectionCriteria?: string;
  /** It delivers what the group's transformer made of an event. */
  readonly isOnTransformed?: boolean;
}

export interface StoredAccountPolicy {
  readonly policyDocument: string;
  readonly selectionCriteria?: string;
  readonly updatedAt: number;
  /** Of policies for retention, with what is in effect for a day behind an update. */
  readonly createdAt?: number;
  readonly before?: Pick<StoredAccountPolicy, "policyDocument" | "selectionCriteria">;
}

export interface StoredDestination {
  readonly targetArn: string;
  readonly roleArn: string;
  readonly accessPolicy?: string;
  readonly createdAt: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** Everything up to this sequence number was delivered. */
export interface SubscriptionCursor {
  readonly sequence: string;
}

export const subscriptionCollections = {
  filters: "log-subscription-filters",
  policies: "log-account-policies",
  destinations: "log-destinations",
  cursors: "log-subscription-cursors",
} as const;

/** The scope is `account/region`; the key has the group and the filter, parted by a colon. */
export function subscriptionFiltersIn(state: State): Collection<StoredSubscriptionFilter> {
  return state.collection<StoredSubscriptionFilter>(subscriptionCollections.filters);
}

/** The scope is `account/region`; the key has the type and the name, parted by a colon. */
export function accountPoliciesIn(state: State): Collection<StoredAccountPolicy> {
  return state.collection<StoredAccountPolicy>(subscriptionCollections.policies);
}

/** The scope is `account/region`, the key the name. */
export function destinationsIn(state: State): Collection<StoredDestination> {
  return state.collection<StoredDestination>(subscriptionCollections.destinations);
}

/** One scope for all, so that whoever delivers finds them in a single place. */
export function cursorsIn(state: State): Collection<SubscriptionCursor> {
  return state.collection<SubscriptionCursor>(subscriptionCollections.cursors);
}

export const cursorScope = "";

/** `filterKey` as in `subscriptionFiltersIn`. */
export const filterCursorKey = (scope: string, filterKey: string) => `${scope}/${filterKey}`;

/** No group has an empty name. */
export const policyCursorKey = (scope: string, policyName: string) => `${scope}/:${policyName}`;

/** The account and region of a subscription, and what it is there. */
export function parseCursorKey(key: string): { readonly scope: string; readonly subscription: string } {
  const [account = "", region = "", ...subscription] = key.split("/");
  return { scope: `${account}/${region}`, subscription: subscription.join("/") };
}

/** To be written in one with a subscription that was not there: it gets what comes from now on. */
export function cursorChange(key: string, sequence: bigint): Change {
  const { cursors: collection } = subscriptionCollections;
  const value: SubscriptionCursor = { sequence: String(sequence) };
  return { kind: "put", collection, scope: cursorScope, key, value };
}

const cursorsAtOnce = 1_000;

/** Of all subscriptions, by their keys. */
export async function allCursors(state: State): Promise<readonly Document<SubscriptionCursor>[]> {
  const found: Document<SubscriptionCursor>[] = [];
  for (let after: string | undefined; ;) {
    const page = await cursorsIn(state).list(cursorScope, {
      limit: cursorsAtOnce,
      ...(after === undefined ? {} : { after: { key: after } }),
    });
    found.push(...page);
    after = page.at(-1)?.key;
    if (page.length < cursorsAtOnce) return found;
  }
}

/** Lets all subscriptions deliver again what came behind a sequence number. */
export async function rewindCursors(state: State, sequence: bigint): Promise<void> {
  const cursors = cursorsIn(state);
  const value: SubscriptionCursor = { sequence: String(sequence) };
  for (const cursor of await allCursors(state)) {
    // Who delivers may move it meanwhile.
    let found: Document<SubscriptionCursor> | undefined = cursor;
    while (found !== undefined && BigInt(found.value.sequence) > sequence) {
      if (await cursors.replace(cursorScope, found.key, value, found.version)) break;
      found = await cursors.get(cursorScope, found.key);
    }
  }
}

/** To be written in one with the deletion of a subscription. */
export function cursorDeletion(key: string): Change {
  return { kind: "delete", collection: subscriptionCollections.cursors, scope: cursorScope, key };
}

export interface SendOptions {
  /** Decides the shard of a Kinesis stream. */
  readonly partitionKey: string;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly signal: AbortSignal;
  /** Comes next: what takes time before it can be sent may begin. */
  readonly following?: EncodedPayload | undefined;
}

/** A payload on its way: its events are JSON already. */
export interface EncodedPayload {
  /** The members beside `logEvents`. */
  readonly head: Omit<SubscriptionPayload, "logEvents">;
  /** `SubscriptionEvent`s with commas between them; none stands between one buffer and the next. */
  readonly events: readonly Buffer[];
}

export function encodePayload({ logEvents, ...head }: SubscriptionPayload): EncodedPayload {
  return { head, events: logEvents.map((event) => Buffer.from(JSON.stringify(event))) };
}

/** The target will take the payload, or some of its events, at no other time either. */
export class RefusedPayloadError extends Error {
  override readonly name = "RefusedPayloadError";
}

/** Resolves when the target has the payload; the error of a rejection says what it answered. */
export type SendSubscriptionPayload = (
  target: SubscriptionTarget,
  payload: EncodedPayload,
  options: SendOptions,
) => Promise<void>;
