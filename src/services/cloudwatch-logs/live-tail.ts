// Live tail: a stream of the events that match, as they are stored.
import { randomUUID } from "node:crypto";
import {
  LimitExceededException,
  SessionStreamingException,
  SessionTimeoutException,
  type LiveTailSessionLogEvent,
  type StartLiveTailResponseStream,
} from "@aws-sdk/client-cloudwatch-logs";
import type { FactBoard } from "../../core/facts.ts";
import { logLimits } from "../../core/logs/limits.ts";
import { TailBuffer } from "../../core/logs/tail-buffer.ts";
import { TailSample } from "../../core/logs/tail-sample.ts";
import { logGroupArn } from "../../core/logs/log-group-identifier.ts";
import type { Document } from "../../storage/state.ts";
import { modelled } from "../../wire/service.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import { invalidParameter } from "./errors.ts";
import { compilePattern, type CompiledPattern } from "./filter-patterns.ts";
import { namedStreams } from "./log-events.ts";
import { requireReadableClass } from "./log-classes.ts";
import { requireReadableGroup, scopeOf, type StoredGroup } from "./stored-groups.ts";
import { TailArrivals } from "./tail-arrivals.ts";

/**
 * A session sends what came in, every second, at most 500 events: beyond that it takes a sample and says so.
 * It ends after three hours. A client that is slow finds the last ten updates. A session that ends before
 * its time says so with a SessionStreamingException.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartLiveTail.html
 */
export async function startLiveTail(
  input: Input<"StartLiveTail">,
  context: LogsContext,
): Promise<Output<"StartLiveTail">> {
  const { logStreamNames, logStreamNamePrefixes, logGroupIdentifiers } = input;
  const pattern = compilePattern(input.logEventFilterPattern ?? "");
  if (logStreamNames !== undefined && logStreamNamePrefixes !== undefined) {
    throw invalidParameter("logStreamNames and logStreamNamePrefixes are mutually exclusive parameters.");
  }
  const narrowed = logStreamNames !== undefined || logStreamNamePrefixes !== undefined;
  if (narrowed && logGroupIdentifiers.length > 1) {
    throw invalidParameter("Log streams can be specified only with a single log group.");
  }
  const groups = new Map<number, Place>();
  for (const identifier of logGroupIdentifiers) {
    if (!identifier.startsWith("arn:")) throw invalidParameter("logGroupIdentifiers must be ARNs.");
    const group = await requireReadableGroup(context, identifier);
    requireReadableClass(group, "StartLiveTail");
    await namedStreams(context, group, logStreamNames);
    groups.set(group.value.id, placeOf(group));
  }
  const wantsStream = (name: string) =>
    (logStreamNames?.includes(name) ?? true) &&
    (logStreamNamePrefixes?.some((prefix) => name.startsWith(prefix)) ?? true);
  const sessionStart = {
    requestId: context.call.requestId,
    sessionId: randomUUID(),
    logGroupIdentifiers,
    ...(logStreamNames === undefined ? {} : { logStreamNames }),
    ...(logStreamNamePrefixes === undefined ? {} : { logStreamNamePrefixes }),
    logEventFilterPattern: input.logEventFilterPattern ?? "",
  };
  const sample: Sample = new TailSample({ random: Math.random, bytesOf });
  const follow = context.dependencies.state.node === undefined ? followOwn : followAll;
  const leave = enter(context);
  try {
    const following = await follow(context, { groups, wantsStream, pattern }, sample);
    return { responseStream: session(context, sessionStart, sample, following, leave) };
  } catch (error) {
    leave();
    throw error;
  }
}

/** In the protocol that its clients speak. */
const bytesOf = (event: LiveTailSessionLogEvent) => Buffer.byteLength(JSON.stringify(event));

/** Where a group is, and its ARN as events name it. */
interface Place {
  readonly path: string;
  readonly arn: string;
}

function placeOf({ scope, key }: Document<StoredGroup>): Place {
  const [account = "", region = ""] = scope.split("/");
  return { path: `${scope}/${key}`, arn: logGroupArn(account, region, key) };
}

interface Wanted {
  /** By their numbers. */
  readonly groups: ReadonlyMap<number, Place>;
  readonly wantsStream: (name: string) => boolean;
  readonly pattern: CompiledPattern;
}

interface Following {
  /** Before an update is taken from the sample. */
  catchUp(): Promise<void>;
  stop(): void;
}

type Sample = TailSample<LiveTailSessionLogEvent>;

/** Where the store is this process's alone, it sees all events as it stores them. */
async function followOwn(
  { dependencies }: LogsContext,
  { groups, wantsStream, pattern }: Wanted,
  sample: Sample,
): Promise<Following> {
  const arns = new Map([...groups.values()].map(({ path, arn }) => [path, arn]));
  const stop = dependencies.facts.listen("LogEventsAccepted", (fact) => {
    const { account, region, logGroupName, logStreamName, events } = fact;
    const logGroupIdentifier = arns.get(`${account}/${region}/${logGroupName}`);
    if (logGroupIdentifier === undefined || !wantsStream(logStreamName)) return;
    for (const { message, timestamp, ingestedAt } of events) {
      if (!pattern.matches(message)) continue;
      sample.add({ logStreamName, logGroupIdentifier, message, timestamp, ingestionTime: ingestedAt });
    }
  });
  return { catchUp: async () => undefined, stop };
}

/** What other nodes store is there some seconds later. */
async function followAll(
  { dependencies }: LogsContext,
  { groups, wantsStream, pattern }: Wanted,
  sample: Sample,
): Promise<Following> {
  const arrivals = await TailArrivals.open(dependencies, {
    groupIds: [...groups.keys()],
    needles: pattern.needles,
    onEvent: ({ groupId, streamName: logStreamName, message, timestamp, ingestedAt }) => {
      if (!wantsStream(logStreamName) || !pattern.matches(message)) return;
      const logGroupIdentifier = groups.get(groupId)?.arn ?? "";
      sample.add({ logStreamName, logGroupIdentifier, message, timestamp, ingestionTime: ingestedAt });
    },
    onSkipped: () => sample.skip(),
  });
  return { catchUp: () => arrivals.read(), stop: () => undefined };
}

type SessionStart = NonNullable<StartLiveTailResponseStream["sessionStart"]>;

/** It is followed before the answer, so that nothing is missed between that and its first read. */
function session(
  context: LogsContext,
  sessionStart: SessionStart,
  sample: Sample,
  following: Following,
  leave: () => void,
): AsyncIterable<StartLiveTailResponseStream> {
  const updates = makeUpdates(context, sample, following, leave);
  const { signal } = context.call;
  const end = () => updates.end();
  signal.addEventListener("abort", end, { once: true });
  // The client may have gone while its groups were looked up.
  if (signal.aborted) end();

  return {
    async *[Symbol.asyncIterator]() {
      try {
        yield { sessionStart };
        for (let update = await updates.next(); update !== undefined; update = await updates.next()) {
          const { events, sampled } = update;
          yield { sessionUpdate: { sessionMetadata: { sampled }, sessionResults: [...events] } };
        }
      } finally {
        end();
      }
    },
  };
}

/**
 * Takes an update from the sample every second, whether or not the client is ready for it. A session that is
 * over follows nothing any more and has left, even when its client still has to take the last updates.
 */
function makeUpdates(context: LogsContext, sample: Sample, following: Following, leave: () => void) {
  const { clock, facts } = context.dependencies;
  const endsAt = clock.now() + logLimits.liveTailMs;
  const buffer = new TailBuffer<ReturnType<Sample["take"]>>();
  let wake: () => void = () => undefined;
  let isOver = false;
  let reason: Error | undefined;
  let cancel = clock.schedule(clock.now() + logLimits.liveTailUpdateMs, make);
  const stopListening = facts.listen("ServerStopping", () =>
    end(modelled(SessionStreamingException, "The session ended because the server stops.")),
  );

  function end(why?: Error): void {
    if (isOver) return;
    isOver = true;
    reason = why;
    cancel();
    stopListening();
    following.stop();
    leave();
    wake();
  }

  async function make(): Promise<void> {
    try {
      await following.catchUp();
    } catch (error) {
      end(modelled(SessionStreamingException, "The session ended because of an error of the server."));
      throw error; // the clock tells the operator
    }
    if (isOver) return;
    buffer.push(sample.take());
    wake();
    if (clock.now() < endsAt) cancel = clock.schedule(clock.now() + logLimits.liveTailUpdateMs, make);
    else end(modelled(SessionTimeoutException, "The session ended after three hours."));
  }

  return {
    end,
    /** The oldest that was not taken, waited for; undefined when the client has gone. */
    async next() {
      for (;;) {
        const update = buffer.take();
        if (update !== undefined) return update;
        if (reason !== undefined) throw reason;
        if (isOver) return undefined;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}

const open = new WeakMap<FactBoard, Map<string, number>>();

/**
 * Counts a session of an account and region until the answer is called, once or more.
 * @throws LimitExceededException
 */
function enter(context: LogsContext): () => void {
  const { facts } = context.dependencies;
  const counts = open.get(facts) ?? new Map<string, number>();
  open.set(facts, counts);
  const scope = scopeOf(context);
  const count = counts.get(scope) ?? 0;
  if (count >= logLimits.liveTailSessions) {
    throw modelled(
      LimitExceededException,
      `The limit of ${logLimits.liveTailSessions} live tail sessions at the same time is reached.`,
    );
  }
  counts.set(scope, count + 1);
  let isInside = true;
  return () => {
    if (isInside) counts.set(scope, (counts.get(scope) ?? 1) - 1);
    isInside = false;
  };
}
