// The agent against clients that record what they are sent, and against this very machine.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { describe, expect, test } from "vitest";
import { createManualClock } from "../core/manual-clock.ts";
import { agentLimits } from "./limits.ts";
import { createLinuxHost } from "./linux-host.ts";
import { createLogShipper } from "./log-shipper.ts";
import { createPortableHost } from "./portable-host.ts";

interface Sent {
  readonly name: string;
  readonly messages: readonly string[];
}

/** A client whose calls fail while it is told to. */
function recordingClient() {
  const sent: Sent[] = [];
  const state = { failing: false };
  const client = {
    send(command: { constructor: { name: string }; input: { logEvents?: { message?: string }[] } }) {
      if (state.failing) return Promise.reject(new Error("unreachable"));
      const messages = (command.input.logEvents ?? []).map(({ message = "" }) => message);
      sent.push({ name: command.constructor.name, messages });
      return Promise.resolve({});
    },
  };
  return { sent, state, client: () => Promise.resolve(client as unknown as CloudWatchLogsClient) };
}

function shipping() {
  const recording = recordingClient();
  const clock = createManualClock({ startAt: 1_700_000_000_000, onTaskError: () => undefined });
  const names = { logGroupName: "/groundwatch/server", logStreamName: "here" };
  const shipper = createLogShipper({ clock, client: recording.client, ...names });
  const lines = () => recording.sent.flatMap(({ messages }) => messages);
  return { ...recording, clock, shipper, lines };
}

describe("the log shipper", () => {
  test("makes its group and stream once, and sends lines together", async () => {
    const { clock, shipper, sent } = shipping();
    shipper.push(clock.now(), "one");
    shipper.push(clock.now(), "two");
    await clock.advance(agentLimits.flushMs);
    shipper.push(clock.now(), "three");
    await shipper.stop();
    expect(sent).toEqual([
      { name: "CreateLogGroupCommand", messages: [] },
      { name: "CreateLogStreamCommand", messages: [] },
      { name: "PutLogEventsCommand", messages: ["one", "two"] },
      { name: "PutLogEventsCommand", messages: ["three"] },
    ]);
  });

  test("keeps what it could not send, once, and asks no more than its buffer holds", async () => {
    const { clock, shipper, state, lines } = shipping();
    state.failing = true;
    const count = agentLimits.waitingLines + 5;
    for (let line = 0; line < count; line++) shipper.push(clock.now(), `line ${line}`);
    await clock.advance(agentLimits.flushMs);
    expect(lines()).toEqual([]);
    state.failing = false;
    await shipper.stop();
    expect(lines()).toHaveLength(agentLimits.waitingLines + 1);
    expect(lines()[0]).toContain("5 lines were dropped");
    expect(lines()[1]).toBe("line 5");
    expect(lines().at(-1)).toBe(`line ${count - 1}`);
  });
});

test.runIf(process.platform === "linux")("a Linux machine is read without gaps", async () => {
  const sample = createLinuxHost();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const datums = await sample();
  const names = new Set(datums.map(({ name }) => name));
  for (const name of ["mem_used_percent", "swap_free", "netstat_tcp_listen", "processes_total"]) {
    expect(names).toContain(name);
  }
  expect(datums.find(({ name }) => name === "processes_total")?.value).toBeGreaterThan(0);
  expect(datums.every(({ value }) => Number.isFinite(value))).toBe(true);
});

test("hardware that fails is a failed status check", async () => {
  const sys = mkdtempSync(join(tmpdir(), "groundwatch-sys-"));
  const write = (folder: string, name: string, text: string) => {
    mkdirSync(join(sys, folder), { recursive: true });
    writeFileSync(join(sys, folder, name), text);
  };
  const failed = async () => {
    const datums = await createLinuxHost("/nowhere", sys)();
    return datums.find(({ name }) => name === "StatusCheckFailed_System")?.value;
  };
  write("class/net/lo", "operstate", "down\n");
  expect(await failed()).toBe(0);
  write("class/net/eth0", "operstate", "down\n");
  write("class/net/eth0/device", "vendor", "0x1\n");
  expect(await failed()).toBe(1);
  write("class/net/eth0", "operstate", "up\n");
  write("devices/system/edac/mc/mc0", "ue_count", "0\n");
  expect(await failed()).toBe(0);
  write("devices/system/edac/mc/mc0", "ue_count", "2\n");
  expect(await failed()).toBe(1);
  rmSync(sys, { recursive: true });
});

test("a machine without /proc has no figures, and no error", async () => {
  const datums = await createLinuxHost("/nowhere")().catch((error: unknown) => error);
  expect(datums).toBeInstanceOf(Array);
});

test("any other machine reports what node:os knows", async () => {
  const datums = await createPortableHost()();
  const total = datums.find(({ name }) => name === "mem_total")?.value ?? 0;
  expect(datums.find(({ name }) => name === "mem_used")?.value).toBeLessThan(total);
});
