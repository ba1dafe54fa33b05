// Nodes that share their stores: each subscription is delivered by one of them, and by another one when that
// is killed; a live tail at one shows what any of them stores.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { expect, onTestFinished, test } from "vitest";
import { GroundwatchClient } from "../../src/client/index.ts";
import { missingPostgres } from "../../src/storage/state/testing/postgres-server.ts";
import { optionsOf, startNodes } from "../support/nodes.ts";
import { startReceiver } from "../support/receiver.ts";

const region = "us-east-1";
const groups = Array.from({ length: 4 }, (_, index) => `group-${index}`);

/** Two nodes, and groups whose events all go to the receiver, from whichever of the nodes. */
async function startSubscribedNodes() {
  const folder = mkdtempSync(join(tmpdir(), "groundwatch-nodes-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const receiver = await startReceiver();
  onTestFinished(() => receiver.stop());
  const started = await startNodes(folder, ["--service-endpoints", receiver.endpointsFile]);
  const { advance } = started;
  const [first, second] = started.nodes;
  if (first === undefined || second === undefined) throw new Error("two are started");
  const [one, other] = [new CloudWatchLogs(optionsOf(first)), new CloudWatchLogs(optionsOf(second))];
  for (const logGroupName of groups) {
    await one.createLogGroup({ logGroupName });
    await one.createLogStream({ logGroupName, logStreamName: "stream" });
    await one.putSubscriptionFilter({
      logGroupName,
      filterName: "all",
      filterPattern: "",
      destinationArn: `arn:aws:kinesis:${region}:123456789012:stream/events`,
      roleArn: "arn:aws:iam::123456789012:role/logs",
    });
  }
  // The other node hears of subscriptions within ten seconds.
  for (let wait = 0; wait < 3; wait++) await advance(4);
  return { receiver, nodes: [first, second] as const, advance, one, other };
}

test.skipIf(missingPostgres !== "")(
  `what two nodes store is delivered once, and all of it when one is killed${missingPostgres}`,
  { timeout: 120_000 },
  async () => {
    const { receiver, nodes, advance, one, other } = await startSubscribedNodes();
    const put = async (client: CloudWatchLogs, text: string) => {
      const { Now } = await new GroundwatchClient(optionsOf(nodes.at(-1)!)).getClock();
      const timestamp = new Date(Now ?? 0).getTime();
      for (const logGroupName of groups) {
        const logEvents = [{ timestamp, message: `${logGroupName} ${text}` }];
        await client.putLogEvents({ logGroupName, logStreamName: "stream", logEvents });
      }
      return groups.map((name) => `${name} ${text}`);
    };
    const delivered = () =>
      receiver.payloads().flatMap(({ logEvents }) => logEvents.map(({ message }) => message));
    const expected: string[] = [];
    for (let round = 0; round < 3; round++) {
      expected.push(...(await put(one, `one ${round}`)), ...(await put(other, `other ${round}`)));
      await advance(1);
    }
    for (let wait = 0; wait < 4; wait++) await advance(2);
    expect(delivered().toSorted()).toEqual(expected.toSorted());

    expected.push(...(await put(one, "before the kill")));
    await nodes[0].end("SIGKILL");
    expected.push(...(await put(other, "behind the kill")));
    await advance(40, nodes.slice(1));
    const found = new Set(delivered());
    expect(expected.filter((message) => !found.has(message))).toEqual([]);
  },
);

test.skipIf(missingPostgres !== "")(
  `a payload that is on its way when its node is killed is sent by the other one${missingPostgres}`,
  { timeout: 120_000 },
  async () => {
    const { receiver, nodes, advance, one: logs } = await startSubscribedNodes();
    const { Now } = await new GroundwatchClient(optionsOf(nodes[0])).getClock();
    for (const logGroupName of groups) {
      const logEvents = [{ timestamp: new Date(Now ?? 0).getTime(), message: `of ${logGroupName}` }];
      await logs.putLogEvents({ logGroupName, logStreamName: "stream", logEvents });
    }
    // It has the payload, and says so to nobody any more.
    receiver.answers.push([503, "gone"]);
    const held = receiver.hold();
    const asked = held.asked.then(() => "asked" as const);
    let first: number | undefined;
    for (let state: unknown; state !== "asked";) {
      const turns = nodes.map((node, index) => advance(1, [node]).then(() => index));
      for (const turn of turns) turn.catch(() => undefined);
      // Whose clock waits for the answer has sent the payload.
      first = await Promise.race(turns);
      state = await Promise.race([asked, Promise.all(turns)]);
    }
    const survivor = nodes[first ?? 0];
    const sender = nodes.find((node) => node !== survivor);
    await sender?.end("SIGKILL");
    held.give();
    await advance(45, [survivor ?? nodes[0]]);
    const found = receiver.payloads().flatMap(({ logEvents }) => logEvents.map(({ message }) => message));
    expect([...new Set(found)].toSorted()).toEqual(groups.map((name) => `of ${name}`));
  },
);

test.skipIf(missingPostgres !== "")(
  `a live tail at one node shows what the other one stores, once${missingPostgres}`,
  { timeout: 120_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "groundwatch-tail-nodes-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const { nodes, advance } = await startNodes(folder);
    const [one, other] = nodes.map(
      (node) => new CloudWatchLogs({ ...optionsOf(node), disableHostPrefix: true }),
    );
    if (one === undefined || other === undefined || nodes[0] === undefined)
      throw new Error("two are started");
    for (const logGroupName of groups) {
      await one.createLogGroup({ logGroupName });
      for (const logStreamName of ["stream", "elsewhere"]) {
        await one.createLogStream({ logGroupName, logStreamName });
      }
    }
    const put = async (client: CloudWatchLogs, logGroupName: string, text: string, ageMs = 0) => {
      const { Now } = await new GroundwatchClient(optionsOf(nodes[0]!)).getClock();
      const logEvents = [{ timestamp: new Date(Now ?? 0).getTime() - ageMs, message: text }];
      await client.putLogEvents({ logGroupName, logStreamName: "stream", logEvents });
    };
    for (let wait = 0; wait < 4; wait++) await advance(1);
    await put(other, "group-0", "wanted, but before the session");
    for (let wait = 0; wait < 4; wait++) await advance(1);
    const { responseStream } = await one.startLiveTail({
      logGroupIdentifiers: groups
        .slice(0, 2)
        .map((name) => `arn:aws:logs:${region}:123456789012:log-group:${name}`),
      logEventFilterPattern: "wanted",
    });
    const updates = responseStream![Symbol.asyncIterator]();
    onTestFinished(async () => void (await updates.return?.()));
    expect((await updates.next()).value?.sessionStart).toBeDefined();
    /** The messages of the updates of so many seconds. */
    const shown = async (seconds: number) => {
      const messages: (string | undefined)[] = [];
      for (let second = 0; second < seconds; second++) {
        const waited = { isOver: false };
        const next = updates.next().finally(() => (waited.isOver = true));
        // The tail waits on the clock of its node.
        while (!waited.isOver) await advance(1);
        for (const event of (await next).value?.sessionUpdate?.sessionResults ?? []) {
          messages.push(
            `${event.logGroupIdentifier?.split(":").at(-1)} ${event.logStreamName}: ${event.message}`,
          );
        }
      }
      return messages;
    };
    await put(other, "group-0", "wanted by the other");
    await put(other, "group-0", "not this");
    await put(other, "group-2", "wanted, but in another group");
    await put(one, "group-1", "wanted by itself");
    expect(new Set(await shown(6))).toEqual(
      new Set(["group-0 stream: wanted by the other", "group-1 stream: wanted by itself"]),
    );
    // Also when its time is long ago.
    await put(other, "group-1", "wanted late", 3_600_000);
    expect(await shown(6)).toEqual(["group-1 stream: wanted late"]);
    expect(await shown(4)).toEqual([]);
    // What a node stored last before it was killed.
    await put(other, "group-0", "wanted at last");
    await nodes[1]?.end("SIGKILL");
    nodes.splice(1);
    expect(await shown(40)).toEqual(["group-0 stream: wanted at last"]);
  },
);
