// Kills the server while its agent follows a log file that grows and is rotated: no line is lost or repeated.
import { appendFile, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { expect, onTestFinished, test, vi } from "vitest";
import { startProcess, type ServerProcess } from "../support/process.ts";

const rounds = 4;
const place = { logGroupName: "files", logStreamName: "one" };

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function storedLines({ endpoint }: ServerProcess): Promise<readonly string[]> {
  const credentials = { accessKeyId: "000000000000", secretAccessKey: "any" };
  const logs = new CloudWatchLogs({ endpoint, region: "us-east-1", credentials, maxAttempts: 1 });
  const lines: string[] = [];
  for (let nextToken: string | undefined; ;) {
    const page = await logs.getLogEvents({ ...place, startFromHead: true, nextToken });
    lines.push(...(page.events ?? []).map(({ message = "" }) => message));
    if (page.nextForwardToken === nextToken) return lines;
    nextToken = page.nextForwardToken;
  }
}

test(`each line of a log file is stored once in ${rounds} kills`, { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "groundwatch-files-kill-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, "app.log");
  const entry = { file_path: path, log_group_name: place.logGroupName, log_stream_name: place.logStreamName };
  const configuration = { logs: { logs_collected: { files: { collect_list: [entry] } } } };
  await writeFile(join(folder, "agent.json"), JSON.stringify(configuration));
  await writeFile(path, "");
  const start = () => startProcess(join(folder, "data"), ["--agent-config", join(folder, "agent.json")]);

  let server = await start();
  onTestFinished(async () => {
    if (server.child.exitCode === null) await server.end("SIGKILL");
  });
  const written: string[] = [];
  const writer: { isDone: boolean; rotation?: number | undefined; rotated?: () => void } = { isDone: false };
  const writing = (async () => {
    while (!writer.isDone) {
      if (writer.rotation !== undefined) {
        await rename(path, join(folder, `app.log.${writer.rotation}`));
        writer.rotation = undefined;
        writer.rotated?.();
      }
      const next = written.length;
      const lines = Array.from({ length: 20 }, (_, index) => `line ${next + index} `.padEnd(80, "x"));
      const text = `${lines.join("\n")}\n`;
      // In two pieces, so that the agent sees halves of lines.
      await appendFile(path, text.slice(0, 777));
      await pause(5);
      await appendFile(path, text.slice(777));
      written.push(...lines);
    }
  })();
  for (let round = 0; round < rounds; round++) {
    await pause(1_200 + Math.random() * 1_500);
    // Rotated while it is followed, or while nobody is there.
    if (round % 2 === 0) await rotate(round);
    await pause(Math.random() * 800);
    await server.end("SIGKILL");
    if (round % 2 === 1) await rotate(round);
    server = await start();
  }
  writer.isDone = true;
  await writing;
  await vi.waitFor(
    async () => expect((await storedLines(server)).length).toBeGreaterThanOrEqual(written.length),
    {
      timeout: 30_000,
      interval: 500,
    },
  );
  const stored = await storedLines(server);
  const seen = new Set<string>();
  expect(stored.filter((line) => seen.size === seen.add(line).size)).toEqual([]);
  expect(stored.toSorted()).toEqual(written.toSorted());
  expect(written.length).toBeGreaterThan(rounds * 500);

  /** By the writer, so that no line is in two files. */
  async function rotate(round: number): Promise<void> {
    const rotated = new Promise<void>((resolve) => (writer.rotated = resolve));
    writer.rotation = round;
    await rotated;
  }
});
