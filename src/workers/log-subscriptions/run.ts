// The delivery of one subscription: reads what arrived, makes payloads of what matches, sends them, and
// remembers how far it came.
import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../core/clock.ts";
import { pauseMs, retryPolicies } from "../../core/deliveries/retry-policy.ts";
import type { LogEncryption } from "../../storage/encryption/log-encryption.ts";
import type { DeliveryAttempts } from "../../storage/delivery-attempts.ts";
import {
  cursorScope,
  cursorsIn,
  RefusedPayloadError,
  type EncodedPayload,
  type SendSubscriptionPayload,
} from "../../storage/log-subscriptions.ts";
import { readArrivedLogEvents } from "../../storage/telemetry/log-arrivals.ts";
import type { ArrivedBatch } from "../../storage/telemetry/recent-arrivals.ts";
import type { Telemetry } from "../../storage/telemetry.ts";
import { ArrivalNotes, type Look } from "./arrival-notes.ts";
import { resolveTarget, type Subscription, type SubscriptionParts } from "./definition.ts";
import type { SubscriptionNodes } from "./nodes.ts";
import { matchingEvents, payloadsOf, type MatchingEvents, type Outgoing } from "./payloads.ts";

/** The names behind the numbers of events. */
export interface LogNames {
  /** Of the groups of an account and region: of those that are asked for, or of all. */
  groups(scope: string, groupIds: ReadonlySet<number> | undefined): Promise<ReadonlyMap<number, string>>;
  /** Of the streams that are asked for; those that were deleted are missing. */
  streams(groupId: number, streamIds: ReadonlySet<number>): Promise<ReadonlyMap<number, string>>;
}

export interface RunParts extends SubscriptionParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly logEncryption: LogEncryption;
  readonly names: LogNames;
  readonly deliveryAttempts: DeliveryAttempts;
  readonly send: SendSubscriptionPayload;
}

/** What arrives in `collectMs` at full rate: a page costs a cursor, and full payloads cost fewer posts. */
const pageEvents = 25_000;
/** A post takes several turns of a busy event loop, and a stream's payloads wait for each other. */
const streamsAtOnce = 8;
/** Of about so many events payloads are made until others have their turn: of a thousand in a millisecond. */
const turnEvents = 4_000;
/** The same while more waits than a page holds: what is no longer in memory costs ten times as much. */
const turnEventsBehind = pageEvents;
/** How long events are collected, so that many go in one payload. */
export const collectMs = 500;
/** How often it is looked whether all nodes have stored what is noted. */
const settleMs = 500;

/** A page that is being delivered: when all payloads are out, everything up to `upTo` is. */
interface Page {
  /** The payloads of each stream, in their order. */
  streams: readonly Outgoing[][];
  readonly upTo: bigint;
  readonly more: boolean;
  readonly version: number;
}

export class SubscriptionRun {
  readonly key: string;
  readonly definition: Subscription;
  readonly #parts: RunParts;
  readonly #signal: AbortSignal;
  readonly #abort = new AbortController();
  readonly #nodes: SubscriptionNodes;
  #notes: ArrivalNotes;
  #page: Page | undefined;
  #notBefore = 0;

  constructor(
    parts: RunParts,
    nodes: SubscriptionNodes,
    key: string,
    definition: Subscription,
    signal: AbortSignal,
  ) {
    this.#parts = parts;
    this.#nodes = nodes;
    this.#notes = new ArrivalNotes(this.#bound);
    this.key = key;
    this.definition = definition;
    this.#signal = AbortSignal.any([signal, this.#abort.signal]);
  }

  /** Before this nothing is to be tried. */
  get notBefore(): number {
    return this.#notBefore;
  }

  /** Whether it is this node that delivers. */
  get isMine(): boolean {
    return this.#nodes.mayDeliver(this.key);
  }

  /** Whether it follows the group, or perhaps does. */
  wants(groupId: number): boolean {
    const { group } = this.definition;
    return group === undefined || group.id === groupId;
  }

  /** Events of the group were stored, none before `earliestAt`. */
  note(groupId: number, earliestAt: number): void {
    this.#notes.note(groupId, earliestAt, this.#bound);
  }

  /** Events may have been stored anywhere. */
  noteEverywhere(): void {
    this.#notes.noteEverywhere(this.#bound);
  }

  /** Another node has delivered meanwhile: everything behind the cursor is to be looked at. */
  startOver(): void {
    this.#page = undefined;
    this.#notBefore = 0;
    this.#notes = new ArrivalNotes(this.#bound);
  }

  get #bound(): bigint {
    return this.#nodes.bound(this.#parts.clock.now());
  }

  end(): void {
    this.#abort.abort();
  }

  /**
   * Delivers a page, or goes on with one. @returns when the next turn is due; undefined when nothing waits,
   * or another node delivers.
   */
  async turn(): Promise<number | undefined> {
    const { clock } = this.#parts;
    if (!this.isMine) return undefined;
    const startedAt = clock.now();
    this.#page ??= await this.#readPage();
    if (this.#page === undefined) return this.#notes.isEmpty ? undefined : clock.now() + settleMs;
    const page = this.#page;
    const retryAt = await this.#deliver(page.streams);
    page.streams = page.streams.filter((payloads) => payloads.length > 0);
    if (this.#signal.aborted || !this.isMine) return undefined;
    if (retryAt !== undefined) {
      this.#notBefore = retryAt;
      return retryAt;
    }
    await this.#advance(page);
    this.#page = undefined;
    const now = clock.now();
    if (page.more) return now;
    if (this.#notes.isReady(this.#nodes.settled(now))) return Math.max(now, startedAt + collectMs);
    return this.#notes.isEmpty ? undefined : now + settleMs;
  }

  /**
   * Some streams at a time, the payloads of each one after the other, until one fails.
   * @returns when to try again
   */
  async #deliver(streams: readonly Outgoing[][]): Promise<number | undefined> {
    const waiting = [...streams];
    let retryAt: number | undefined;
    const next = async (): Promise<void> => {
      for (let payloads = waiting.shift(); payloads !== undefined; payloads = waiting.shift()) {
        for (let [first, second] = payloads; first !== undefined; [first, second] = payloads) {
          if (this.#signal.aborted || !this.isMine || retryAt !== undefined) return;
          const failedUntil = await this.#attempt(first, second?.payload);
          if (failedUntil === undefined) payloads.shift();
          else retryAt = Math.max(retryAt ?? 0, failedUntil);
        }
      }
    };
    await Promise.all(Array.from({ length: streamsAtOnce }, next));
    return retryAt;
  }

  /** @returns when to try again; undefined when it was delivered or given up. */
  async #attempt(outgoing: Outgoing, following?: EncodedPayload): Promise<number | undefined> {
    const { payload } = outgoing;
    const { clock, state, send } = this.#parts;
    const now = clock.now();
    try {
      const target = await resolveTarget(state, this.definition);
      const partitionKey = this.definition.isRandom ? randomUUID() : payload.head.logStream;
      await send(target, payload, { partitionKey, now, signal: this.#signal, following });
    } catch (error) {
      if (this.#signal.aborted) return now;
      outgoing.attempts += 1;
      const isFinal = error instanceof RefusedPayloadError;
      const pause = isFinal ? undefined : pauseMs(retryPolicies.action, outgoing.attempts);
      const retryAt = pause === undefined ? undefined : now + pause;
      await this.#record(outgoing, retryAt === undefined ? "GivenUp" : "Failed", String(error), now, retryAt);
      return retryAt;
    }
    if (outgoing.attempts > 0) {
      outgoing.attempts += 1;
      await this.#record(outgoing, "Succeeded", "delivered", now);
    }
    return undefined;
  }

  /** Successes are recorded only behind failures: a busy group would fill state with them. */
  async #record(
    { messageId, attempts }: Outgoing,
    outcome: "Succeeded" | "Failed" | "GivenUp",
    detail: string,
    attemptedAt: number,
    nextAttemptAt?: number,
  ): Promise<void> {
    const { account, region, arn, destinationArn } = this.definition;
    await this.#parts.deliveryAttempts.record({
      account,
      region,
      sourceArn: arn,
      targetArn: destinationArn,
      endpoint: destinationArn,
      messageId,
      attempt: attempts,
      attemptedAt,
      outcome,
      detail,
      ...(nextAttemptAt === undefined ? {} : { nextAttemptAt }),
    });
  }

  /** Undefined when there is nothing to look at, or the subscription is no more. */
  async #readPage(): Promise<Page | undefined> {
    const { state, telemetry, clock, logEncryption } = this.#parts;
    const cursor = await cursorsIn(state).get(cursorScope, this.key);
    if (cursor === undefined) return undefined;
    // Everything up to this number was noted before, and what is stored from here on is noted again.
    const settled = this.#nodes.settled(clock.now());
    const look = this.#notes.take(settled);
    if (look === undefined) return undefined;
    try {
      const { groups, areOthers } = await this.#groups(look);
      // What was left out is never delivered, also when the policy changes.
      if (groups.size === 0 && areOthers) {
        return { streams: [], upTo: settled, more: false, version: cursor.version };
      }
      if (groups.size === 0) return undefined;
      const { batches, upTo } = await readArrivedLogEvents(telemetry, {
        source: await logEncryption.sourceOf([...groups.keys()]),
        groupIds: [...groups.keys()],
        after: BigInt(cursor.value.sequence),
        upTo: settled,
        earliestAt: look.groups === undefined ? 0 : Math.min(...look.groups.values()),
        needles: this.definition.needles,
        transformed: this.definition.isOnTransformed,
        limit: pageEvents,
      });
      const more = upTo < settled;
      const streams = await this.#payloads(batches, groups, more ? turnEventsBehind : turnEvents);
      if (more) this.#notes.putBack(look);
      return { streams, upTo, more, version: cursor.version };
    } catch (error) {
      this.#notes.putBack(look);
      throw error;
    }
  }

  /** The names of the groups to read, by their numbers, and whether there are others, which are left out. */
  async #groups(look: Look) {
    const { account, region, group, excludedGroups } = this.definition;
    if (group !== undefined) return { groups: new Map([[group.id, group.name]]), areOthers: false };
    const asked = look.groups && new Set(look.groups.keys());
    const found = await this.#parts.names.groups(`${account}/${region}`, asked);
    const groups = new Map([...found].filter(([, name]) => !excludedGroups.has(name)));
    return { groups, areOthers: groups.size < found.size };
  }

  async #payloads(
    batches: readonly ArrivedBatch[],
    groups: ReadonlyMap<number, string>,
    eventsAtOnce: number,
  ): Promise<Outgoing[][]> {
    const streams = matchingEvents(this.definition, batches);
    const names = await this.#streamNames(streams);
    const payloads: Outgoing[][] = [];
    let events = 0;
    for (const stream of streams) {
      const logGroup = groups.get(stream.groupId) ?? "";
      const logStream = names.get(`${stream.groupId}/${stream.streamId}`);
      if (logStream === undefined) continue;
      // Callers wait behind this.
      if (events >= eventsAtOnce) {
        await setImmediate();
        events = 0;
      }
      for (const { first, last } of stream.ranges) events += last - first + 1;
      payloads.push(payloadsOf(this.definition, { logGroup, logStream }, stream));
    }
    return payloads;
  }

  /** By the numbers of group and stream. */
  async #streamNames(streams: readonly MatchingEvents[]): Promise<ReadonlyMap<string, string>> {
    const byGroup = new Map<number, Set<number>>();
    for (const { groupId, streamId } of streams) {
      byGroup.set(groupId, (byGroup.get(groupId) ?? new Set()).add(streamId));
    }
    const names = new Map<string, string>();
    for (const [groupId, streamIds] of byGroup) {
      for (const [id, name] of await this.#parts.names.streams(groupId, streamIds)) {
        names.set(`${groupId}/${id}`, name);
      }
    }
    return names;
  }

  /** A cursor that somebody else moved, or took away, is left alone. */
  async #advance({ upTo, version }: Page): Promise<void> {
    const value = { sequence: String(upTo) };
    await cursorsIn(this.#parts.state).replace(cursorScope, this.key, value, version);
  }
}
