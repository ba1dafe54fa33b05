// Kills the server while events are exported: every event is in the files once, in order, and no piece of a
// file is left; a task that was killed can be cancelled, and a cancelled one ends behind a kill.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { CloudWatchLogs, type InputLogEvent } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { startProcess, type ServerProcess } from "../support/process.ts";
import { refusal } from "../support/refusal.ts";

const kills = 6;
const bucket = "exports";
const span = { from: Date.now() - 3_600_000, to: Date.now() + 3_600_000 };
/** An account has one task at a time: two of them export at once. */
const exported = [
  { account: "123456789012", logGroupName: "orders", smallStreams: 10, large: true },
  { account: "999988887777", logGroupName: "payments", smallStreams: 60, large: false },
] as const;

let folder: string;
let server: ServerProcess;
/** The lines of each group's streams. */
const lines = new Map<string, Map<string, string[]>>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "groundwatch-exports-kill-"));
  server = await start();
  for (const { account, logGroupName, smallStreams, large } of exported) {
    const logs = clientOf(account);
    await logs.createLogGroup({ logGroupName });
    const streams = new Map<string, string[]>();
    lines.set(logGroupName, streams);
    // Two names that make one folder.
    const names = ["a-b", "a/b", ...Array.from({ length: smallStreams }, (_, index) => `small-${index}`)];
    for (const name of names) streams.set(name, await put(logs, logGroupName, name, 1, 100, 20));
    if (large) streams.set("large", await put(logs, logGroupName, "large", 19, 100, 10_000));
  }
}, 60_000);
afterEach(async () => {
  if (server.child.exitCode === null && server.child.signalCode === null) await server.end("SIGKILL");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const start = () => startProcess(folder, ["--no-agent"]);

const clientOf = (account: string) =>
  new CloudWatchLogs({
    endpoint: server.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: account, secretAccessKey: "any" },
    maxAttempts: 1,
  });

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** @returns the lines that an export should have of them */
async function put(
  logs: CloudWatchLogs,
  logGroupName: string,
  logStreamName: string,
  batches: number,
  batchEvents: number,
  characters: number,
): Promise<string[]> {
  await logs.createLogStream({ logGroupName, logStreamName });
  const stored: InputLogEvent[] = [];
  const firstAt = Date.now() - 60_000;
  for (let batch = 0; batch < batches; batch++) {
    const logEvents = Array.from({ length: batchEvents }, (_, index) => ({
      timestamp: firstAt + batch * 10 + Math.floor(index / 20),
      message: `${logStreamName} ${batch} ${index} ${randomText(characters)}`,
    }));
    await logs.putLogEvents({ logGroupName, logStreamName, logEvents });
    stored.push(...logEvents);
  }
  return stored.map(({ timestamp = 0, message }) => `${new Date(timestamp).toISOString()} ${message}`);
}

/** Text that takes a while to compress. */
function randomText(characters: number): string {
  let text = "";
  while (text.length < characters) text += Math.random().toString(36).slice(2);
  return text.slice(0, characters);
}

const create = async (one: (typeof exported)[number]) => {
  const { logGroupName } = one;
  const input = { logGroupName, ...span, destination: bucket, destinationPrefix: one.account };
  return (await clientOf(one.account).createExportTask(input)).taskId ?? "";
};

async function statusOf(account: string, taskId: string) {
  const { exportTasks } = await clientOf(account).describeExportTasks({ taskId });
  const { code = "", message = "" } = exportTasks?.[0]?.status ?? {};
  const [, events, files] = /^(\d+) events in (\d+) files so far$/.exec(message) ?? [];
  return { code, message, events: Number(events ?? 0), files: Number(files ?? 0) };
}

const statusIs = (account: string, taskId: string, code: string) =>
  vi.waitFor(async () => expect((await statusOf(account, taskId)).code).toBe(code), {
    timeout: 60_000,
    interval: 20,
  });

/** Every file of a task, in the order of keys. They are read as they lie there: nothing is tidied up. */
async function filesOf(account: string, taskId: string) {
  const task = join(folder, "blobs", "buckets", bucket, `${account}+`, `${taskId}+`);
  const paths = await readdir(task, { recursive: true }).catch(() => []);
  const found = paths.filter((path) => path.endsWith(".gz!")).toSorted();
  return Promise.all(
    found.map(async (path) => ({
      name: path.replace("+/", "/").replace(/!$/, ""),
      lines: gunzipSync(await readFile(join(task, path)))
        .toString()
        .split("\n")
        .slice(0, -1),
    })),
  );
}

const pieces = () => readdir(join(folder, "blobs", "unfinished"));

/** Waits for the moment when a file is half written, but not for ever. */
async function pieceIsWritten(): Promise<void> {
  for (let look = 0; look < 5_000 && (await pieces()).length === 0; look++);
}

test(`an export loses and repeats nothing in ${kills} kills`, { timeout: 120_000 }, async () => {
  const tasks = await Promise.all(exported.map(async (one) => ({ ...one, taskId: await create(one) })));
  for (const { account, taskId } of tasks) await statusIs(account, taskId, "RUNNING");
  let killedRunning = 0;
  const before = tasks.map(() => 0);
  for (let kill = 0; kill < kills; kill++) {
    await pause(Math.random() * (kill % 2 === 0 ? 60 : 800));
    const told = await Promise.all(tasks.map(({ account, taskId }) => statusOf(account, taskId)));
    if (kill % 2 === 0) await pieceIsWritten();
    await server.end("SIGKILL");
    for (const [index, { account, taskId }] of tasks.entries()) {
      const { code, events, files } = told[index]!;
      if (code === "COMPLETED") continue;
      expect(code).toBe("RUNNING");
      killedRunning += 1;
      expect(events).toBeGreaterThanOrEqual(before[index]!);
      before[index] = events;
      // What it tells is written; of what was written last it may not tell.
      const written = await filesOf(account, taskId);
      expect(written.length).toBeGreaterThanOrEqual(files);
      expect(written.flatMap((file) => file.lines).length).toBeGreaterThanOrEqual(events);
    }
    server = await start();
    if (kill > 0) continue;
    // The large stream is still to come.
    expect(await refusal(create(exported[0]))).toBe("LimitExceededException: Resource limit exceeded.");
  }
  expect(killedRunning).toBeGreaterThan(kills / 2);
  for (const { account, taskId } of tasks) await statusIs(account, taskId, "COMPLETED");
  await server.end("SIGKILL");
  expect(await pieces()).toEqual([]);
  for (const { account, taskId, logGroupName } of tasks) {
    const files = await filesOf(account, taskId);
    const expected = new Map<string, string[]>();
    for (const [stream, of] of lines.get(logGroupName)!) {
      const name = stream.replaceAll("/", "-");
      expected.set(name, [...(expected.get(name) ?? []), ...of]);
    }
    expect(new Set(files.map(({ name }) => name.split("/")[0]))).toEqual(new Set(expected.keys()));
    for (const [name, all] of expected) {
      const found = files.filter((file) => file.name.startsWith(`${name}/`));
      const numbers = found.map((_, index) => `${name}/${String(index).padStart(6, "0")}.gz`);
      expect(found.map((file) => file.name)).toEqual(numbers);
      expect(found.flatMap((file) => file.lines)).toEqual(all);
    }
  }
});

test(
  "a killed task is cancelled, and a cancelled one ends behind the kill",
  { timeout: 120_000 },
  async () => {
    server = await start();
    const [one] = exported;
    const { account } = one;
    const taskId = await create(one);
    await statusIs(account, taskId, "RUNNING");
    await server.end("SIGKILL");
    server = await start();
    await clientOf(account).cancelExportTask({ taskId });
    await statusIs(account, taskId, "CANCELLED");

    const next = await create(one);
    await statusIs(account, next, "RUNNING");
    await clientOf(account).cancelExportTask({ taskId: next });
    expect(["PENDING_CANCEL", "CANCELLED"]).toContain((await statusOf(account, next)).code);
    await server.end("SIGKILL");
    server = await start();
    await statusIs(account, next, "CANCELLED");
    const last = await create(one);
    await statusIs(account, last, "COMPLETED");
    await server.end("SIGKILL");
    const events = [...lines.get(one.logGroupName)!.values()].flat().length;
    expect((await filesOf(account, next)).flatMap((file) => file.lines).length).toBeLessThan(events);
    expect((await filesOf(account, last)).flatMap((file) => file.lines)).toHaveLength(events);
  },
);
