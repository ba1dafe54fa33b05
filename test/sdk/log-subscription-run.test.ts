// How far a subscription is delivered is written when all of it is: not when it ends in the midst of what was
// read, nor when another node has it then.
import type { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { expect, test } from "vitest";
import { groupsIn } from "../../src/services/cloudwatch-logs/stored-groups.ts";
import { createLogNames } from "../../src/services/cloudwatch-logs/log-names.ts";
import { cursorScope, cursorsIn, filterCursorKey } from "../../src/storage/log-subscriptions.ts";
import { settledSequence } from "../../src/storage/telemetry/log-events.ts";
import type { Subscription } from "../../src/workers/log-subscriptions/definition.ts";
import { SubscriptionRun } from "../../src/workers/log-subscriptions/run.ts";
import { withLogsServer } from "../support/logs-server.ts";
import { newLogGroup } from "../support/log-groups.ts";
import { testAccount, testRegion, type TestServer } from "../support/server.ts";

let server: TestServer;
let logs: CloudWatchLogs;
const scope = `${testAccount}/${testRegion}`;
const key = filterCursorKey(scope, "of-nobody:else");

withLogsServer((started) => ({ server, logs } = started));

async function everythingOf(logGroupName: string): Promise<Subscription> {
  const group = await groupsIn(server.dependencies.state).get(scope, logGroupName);
  return {
    identity: "",
    account: testAccount,
    region: testRegion,
    name: "all",
    arn: "",
    group: { id: group?.value.id ?? 0, name: logGroupName },
    excludedGroups: new Set(),
    matches: () => true,
    isEverything: true,
    needles: [],
    isRandom: false,
    isOnTransformed: false,
    systemFields: [],
    destinationArn: "http://127.0.0.1:1/",
  };
}

/** A run that hands its payloads to `onSent`. */
function runOf(definition: Subscription, onSent: (run: SubscriptionRun) => void, mayDeliver = () => true) {
  const run: SubscriptionRun = new SubscriptionRun(
    {
      ...server.dependencies,
      compileRegex: () => () => false,
      names: createLogNames(server.dependencies.state),
      send: async () => onSent(run),
    },
    {
      mayDeliver,
      settled: settledSequence,
      bound: () => 0n,
      note: () => undefined,
      stop: async () => undefined,
    },
    key,
    definition,
    new AbortController().signal,
  );
  return run;
}

const cursor = async () => (await cursorsIn(server.dependencies.state).get(cursorScope, key))?.value.sequence;

/** Runs until nothing is due. */
async function deliver(run: SubscriptionRun): Promise<void> {
  while ((await run.turn()) !== undefined);
}

test("who is stopped between two payloads has delivered neither", async () => {
  const { logGroupName, put } = await newLogGroup(server, logs);
  await put(Array.from({ length: 4 }, () => [0, "x".repeat(200_000)] as const));
  await put(Array.from({ length: 4 }, () => [1, "y".repeat(200_000)] as const));
  await server.advance(1);
  await cursorsIn(server.dependencies.state).put(cursorScope, key, { sequence: "0" });
  const definition = await everythingOf(logGroupName);
  let sent = 0;
  let isMine = true;
  const stops: readonly ((run: SubscriptionRun) => void)[] = [(run) => run.end(), () => (isMine = false)];
  for (const stop of stops) {
    sent = 0;
    isMine = true;
    const onSent = (run: SubscriptionRun) => {
      sent += 1;
      stop(run);
    };
    await deliver(runOf(definition, onSent, () => isMine));
    expect(sent).toBe(1);
    expect(await cursor()).toBe("0");
  }
  isMine = true;
  sent = 0;
  await deliver(runOf(definition, () => (sent += 1)));
  expect(sent).toBeGreaterThan(2);
  expect(BigInt((await cursor()) ?? 0)).toBeGreaterThan(0n);
});
