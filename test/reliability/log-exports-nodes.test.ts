// Two nodes that share their stores, of which the one that exports is killed: the other one goes on.
import { mkdtempSync, rmSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { expect, onTestFinished, test, vi } from "vitest";
import { GroundwatchClient } from "../../src/client/index.ts";
import { missingPostgres } from "../../src/storage/state/testing/postgres-server.ts";
import { optionsOf, startNodes } from "../support/nodes.ts";
import { refusal } from "../support/refusal.ts";

const logGroupName = "orders";
/** Every second one shares its folder with the one before it. */
const streams = Array.from({ length: 40 }, (_, index) => [`s-${index}`, `s/${index}`]).flat();

test.skipIf(missingPostgres !== "")(
  `an export goes on at the other node, its files being in both folders${missingPostgres}`,
  { timeout: 120_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "groundwatch-export-nodes-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const { nodes, advance } = await startNodes(folder);
    const [one, other] = nodes.map((node) => new CloudWatchLogs(optionsOf(node)));
    if (one === undefined || other === undefined) throw new Error("two are started");
    const clock = new GroundwatchClient(optionsOf(nodes[0]!));
    const now = new Date((await clock.getClock()).Now).getTime();
    await one.createLogGroup({ logGroupName });
    for (const logStreamName of streams) {
      await one.createLogStream({ logGroupName, logStreamName });
      const logEvents = [{ timestamp: now, message: logStreamName }];
      await one.putLogEvents({ logGroupName, logStreamName, logEvents });
    }
    const input = { logGroupName, from: now - 1_000, to: now + 1_000, destination: "exports" };
    const { taskId = "" } = await one.createExportTask(input);
    const status = async () => (await other.describeExportTasks({ taskId })).exportTasks?.[0]?.status;
    const filesOf = async (node: string) => {
      const task = join(folder, node, "blobs", "buckets", "exports", "exportedlogs+", `${taskId}+`);
      const paths = await readdir(task, { recursive: true }).catch(() => []);
      const files = paths.filter((path) => path.endsWith(".gz!")).toSorted();
      const texts = files.map(async (file) => gunzipSync(await readFile(join(task, file))).toString());
      return new Map((await Promise.all(texts)).map((text, index) => [files[index]!, text]));
    };
    // The clock stands at the node until the task is done.
    const advanced = clock.advanceClock({ Milliseconds: 1_000 }).catch(() => undefined);
    await vi.waitFor(async () => expect((await status())?.message).toMatch(/in \d\d files/), {
      timeout: 20_000,
      interval: 1,
    });
    await nodes[0]!.end("SIGKILL");
    await advanced;
    const before = await filesOf("one");
    expect(before.size).toBeLessThan(streams.length);

    const alone = nodes.slice(1);
    await advance(45, alone);
    expect((await status())?.code).toBe("RUNNING");
    expect(await refusal(other.createExportTask(input))).toContain("LimitExceededException");
    for (let wait = 0; wait < 3; wait++) await advance(20, alone);
    expect((await status())?.code).toBe("COMPLETED");
    // Whoever puts the folders together has all files; of the one that was written last there are two.
    const files = new Map([...before, ...(await filesOf("other"))]);
    const exported = [...files.values()].map((text) => text.slice(25, -1));
    expect(exported).toHaveLength(streams.length);
    expect(new Set(exported)).toEqual(new Set(streams));
    expect((await filesOf("other")).size).toBeLessThanOrEqual(streams.length - before.size + 1);
  },
);
