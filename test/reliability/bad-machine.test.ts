// A machine that lets the server down: each time it says why in one line, and goes on when the cause is gone.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GroundwatchClient } from "../../src/client/index.ts";
import { freePort, startProcess, type ServerProcess } from "../support/process.ts";
import { eventually } from "../support/observe.ts";

let folder: string;
let running: ServerProcess[] = [];
let mounted = false;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "groundwatch-machine-"));
});

afterEach(async () => {
  await Promise.all(running.map((server) => server.end("SIGKILL")));
  running = [];
  if (mounted) await eventually(() => Promise.resolve(execFileSync("/bin/umount", [folder])));
  mounted = false;
  rmSync(folder, { recursive: true, force: true });
});

async function start(...flags: readonly string[]): Promise<ServerProcess> {
  const server = await startProcess(folder, flags);
  running.push(server);
  return server;
}

function clientOptions({ endpoint }: ServerProcess) {
  const credentials = { accessKeyId: "123456789012", secretAccessKey: "any" };
  return { endpoint, region: "us-east-1", credentials, maxAttempts: 1 };
}

async function logsOf(server: ServerProcess): Promise<CloudWatchLogs> {
  const logs = new CloudWatchLogs(clientOptions(server));
  await logs.createLogGroup({ logGroupName: "group" });
  await logs.createLogStream({ logGroupName: "group", logStreamName: "stream" });
  return logs;
}

function put(logs: CloudWatchLogs, timestamp: number, message: string) {
  const logEvents = [{ timestamp, message }];
  return logs.putLogEvents({ logGroupName: "group", logStreamName: "stream", logEvents });
}

async function messages(logs: CloudWatchLogs): Promise<readonly string[]> {
  const { events = [] } = await logs.filterLogEvents({ logGroupName: "group" });
  return events.map(({ message = "" }) => message);
}

/** A file system of its own, which only root can make. */
function mountMemory(megabytes: number): void {
  execFileSync("/bin/mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder]);
  mounted = true;
}

function canMount(): boolean {
  const place = mkdtempSync(join(tmpdir(), "groundwatch-mount-"));
  try {
    execFileSync("/bin/mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", place], { stdio: "ignore" });
    execFileSync("/bin/umount", [place]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

// reason: file systems of a chosen size and kind can be mounted by root only
describe.skipIf(!canMount())("with a file system of its own", () => {
  test("a full disk is said to be full, and what comes after it has room again is stored", async () => {
    mountMemory(96);
    const server = await start("--no-agent");
    const logs = await logsOf(server);
    await put(logs, Date.now(), "before");

    const filler = join(folder, "filler");
    fillUp(filler);
    const refusals = await refusalsUntilFull(logs);
    expect(refusals.message).toBe(`The disk of the data folder ${folder} is full. Free some space on it.`);
    expect(refusals.name).toBe("ServiceUnavailableException");
    expect((await fetch(`${server.endpoint}/_groundwatch/health`)).status).toBe(200);

    rmSync(filler);
    await eventually(() => put(logs, Date.now(), "after"));
    const stored = await messages(logs);
    expect(stored).toContain("before");
    expect(stored).toContain("after");
  });

  test("a folder that is read-only is one line", async () => {
    mountMemory(16);
    execFileSync("/bin/mount", ["-o", "remount,ro", folder]);
    await expect(startProcess(folder)).rejects.toThrow(
      /ended with 1: groundwatch: the data folder \S+ cannot be used: [^\n]*\n$/,
    );
  });
});

function fillUp(path: string): void {
  const { bavail, bsize } = statfsSync(folder);
  const piece = Buffer.alloc(bavail * bsize + bsize, "x");
  expect(() => writeFileSync(path, piece)).toThrow(/ENOSPC/);
}

/** Small batches may still fit into what is reserved, so it goes on until one does not. */
async function refusalsUntilFull(logs: CloudWatchLogs): Promise<Error> {
  for (let batch = 0; batch < 100; batch++) {
    const failure: unknown = await put(logs, Date.now(), "x".repeat(200_000)).catch(
      (error: unknown) => error,
    );
    if (failure instanceof Error) return failure;
  }
  throw new Error("the disk was not full");
}

describe("at the start", () => {
  test("a port that is taken is one line", async () => {
    const port = await freePort();
    const taken = createServer((_, response) => response.writeHead(404).end()).listen(port, "127.0.0.1");
    await once(taken, "listening");
    await expect(startProcess(folder, [], port)).rejects.toThrow(
      `groundwatch: port ${port} is taken: stop what uses it, or choose another one with --port\n`,
    );
    taken.close();
  });

  test("a second process on the folder is refused, and the first goes on", async () => {
    const first = await start("--no-agent");
    const logs = await logsOf(first);
    await expect(startProcess(folder)).rejects.toThrow(
      `groundwatch: the data folder ${folder} is in use by process ${first.child.pid}`,
    );
    await put(logs, Date.now(), "still here");
    expect(await messages(logs)).toEqual(["still here"]);
  });

  test("a folder of a newer version is refused and left as it is", async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "format.json"), '{"dataFolder":99}');
    await expect(startProcess(folder)).rejects.toThrow("was written by a newer Groundwatch (format 99");
  });
});

test(
  "when time jumps by a year, what is too old is refused and what is new is stored",
  { timeout: 60_000 },
  async () => {
    const server = await start("--clock", "manual");
    const logs = await logsOf(server);
    const groundwatch = new GroundwatchClient(clientOptions(server));
    const { Now: before } = await groundwatch.getClock();
    await put(logs, before, "a year ago");
    const { Now: after } = await groundwatch.advanceClock({ Milliseconds: 365 * 24 * 3_600_000 });
    expect(after - before).toBe(365 * 24 * 3_600_000);

    const refused = await put(logs, before, "too old");
    expect(refused.rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 1 });
    await put(logs, after, "now");
    expect(await messages(logs)).toEqual(["a year ago", "now"]);
  },
);
