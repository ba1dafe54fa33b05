// Export tasks: the files that they write, one at a time, cancelled and over restarts.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import {
  CloudWatchLogs,
  type CreateExportTaskCommandInput,
  type DescribeExportTasksCommandInput,
} from "@aws-sdk/client-cloudwatch-logs";
import { describe, expect, test, vi } from "vitest";
import { GroundwatchClient } from "../../src/client/index.ts";
import { withLogsServer } from "../support/logs-server.ts";
import { newLogGroup } from "../support/log-groups.ts";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testStartAt, type TestServer } from "../support/server.ts";

let server: TestServer;
let logs: CloudWatchLogs;

withLogsServer((started) => ({ server, logs } = started));

const exportOf = (
  logGroupName: string,
  options: Partial<CreateExportTaskCommandInput> = {},
  client = logs,
): Promise<string> =>
  client
    .createExportTask({
      logGroupName,
      from: testStartAt - 86_400_000,
      to: testStartAt + 86_400_000,
      destination: "exports",
      ...options,
    })
    .then(({ taskId = "" }) => taskId);

async function statusOf(taskId: string, client = logs) {
  const { exportTasks } = await client.describeExportTasks({ taskId });
  return exportTasks?.[0]?.status?.code;
}

/** The keys of a bucket with the lines of the files, but the one that says that there may be files. */
async function filesIn({ dependencies: { blobs } }: TestServer, bucket: string, prefix: string) {
  const found = await blobs.list(bucket, { prefix, limit: 1_000 });
  const files = new Map<string, readonly string[]>();
  for (const { key } of found) {
    const body = (await blobs.get(bucket, key)) ?? new Uint8Array();
    if (key.endsWith(".gz")) files.set(key, gunzipSync(body).toString().split("\n").slice(0, -1));
    else files.set(key, [Buffer.from(body).toString()]);
  }
  return files;
}

describe("an export task", () => {
  test("writes a file for each stream, with the events of its time and streams", async () => {
    const group = await newLogGroup(server, logs, ["web/1", "web/2", "db", "web/none"]);
    const now = server.clock.now();
    await group.put(
      [
        [0, "first"],
        [1, "second\nline"],
      ],
      "web/1",
    );
    await group.put([[2, "other"]], "web/2");
    await group.put([[3, "elsewhere"]], "db");
    await group.put([[-3_600_000, "long before"]], "web/2");
    await group.put(
      [
        [-1, "too early"],
        [3, "too late"],
      ],
      "web/2",
    );
    const taskId = await exportOf(group.logGroupName, {
      taskName: "weekly",
      logStreamNamePrefix: "web",
      destinationPrefix: "a/b",
      from: now,
      to: now + 2,
    });
    expect(await statusOf(taskId)).toBe("PENDING");
    await server.advance(1_000);
    const { exportTasks } = await logs.describeExportTasks({ taskId });
    expect(exportTasks).toEqual([
      {
        taskId,
        taskName: "weekly",
        logGroupName: group.logGroupName,
        from: now,
        to: now + 2,
        destination: "exports",
        destinationPrefix: "a/b",
        status: { code: "COMPLETED", message: "Completed successfully" },
        executionInfo: { creationTime: now, completionTime: expect.any(Number) as number },
      },
    ]);
    const at = (offsetMs: number) => new Date(now + offsetMs).toISOString();
    expect(await filesIn(server, "exports", "a/b")).toEqual(
      new Map([
        [`a/b/${taskId}/web-1/000000.gz`, [`${at(0)} first`, `${at(1)} second`, "line"]],
        [`a/b/${taskId}/web-2/000000.gz`, [`${at(2)} other`]],
        ["a/b/aws-logs-write-test", ["Permission Check Successful"]],
      ]),
    );
  });

  test(
    "keeps streams apart whose names differ in a slash only, large ones in several files",
    { timeout: 60_000 },
    async () => {
      const group = await newLogGroup(server, logs, ["a-b", "a/b"]);
      const long = "x".repeat(250_000);
      for (let batch = 0; batch < 18; batch++) {
        await group.put(
          Array.from({ length: 4 }, (_, index) => [batch, `${batch}.${index} ${long}`] as const),
          "a-b",
        );
      }
      await group.put([[0, "other"]], "a/b");
      const taskId = await exportOf(group.logGroupName);
      await server.advance(1_000);
      const files = [...(await filesIn(server, "exports", `exportedlogs/${taskId}/`))];
      expect(files.map(([key]) => key.split("/").slice(2).join("/"))).toEqual([
        "a-b/000000.gz",
        "a-b/000001.gz",
        "a-b/000002.gz",
      ]);
      const names = files.slice(0, 2).flatMap(([, lines]) => lines.map((line) => line.split(" ")[1]));
      const expected = Array.from({ length: 72 }, (_, index) => `${Math.floor(index / 4)}.${index % 4}`);
      expect(names).toEqual(expected);
      expect(files[2]?.[1]).toEqual([expect.stringContaining("other")]);
    },
  );

  test("is alone in its account, and can be cancelled while it is under way", async () => {
    const { logGroupName } = await newLogGroup(server, logs);
    const taskId = await exportOf(logGroupName);
    expect(await refusal(exportOf(logGroupName))).toBe("LimitExceededException: Resource limit exceeded.");
    const elsewhere = new CloudWatchLogs(server.clientConfig({ account: "111122223333" }));
    await elsewhere.createLogGroup({ logGroupName });
    await exportOf(logGroupName, {}, elsewhere);
    await logs.cancelExportTask({ taskId });
    expect(await statusOf(taskId)).toBe("PENDING_CANCEL");
    expect(await refusal(logs.cancelExportTask({ taskId }))).toContain("InvalidOperationException");
    await server.advance(1_000);
    expect(await statusOf(taskId)).toBe("CANCELLED");
    expect(await refusal(logs.cancelExportTask({ taskId }))).toContain("InvalidOperationException");
    expect(await refusal(logs.cancelExportTask({ taskId: "none" }))).toContain("ResourceNotFoundException");
    const { exportTasks } = await logs.describeExportTasks({ statusCode: "CANCELLED" });
    expect(exportTasks?.map((task) => task.taskId)).toEqual([taskId]);
  });

  test("says how far it is, and ends behind the file that it writes when it is cancelled", async () => {
    const group = await newLogGroup(server, logs, ["a", "b", "c"]);
    for (const stream of ["a", "b", "c"]) {
      await group.put(
        [
          [0, stream],
          [1, stream],
        ],
        stream,
      );
    }
    const taskId = await exportOf(group.logGroupName);
    const { blobs } = server.dependencies;
    const put = blobs.put.bind(blobs);
    const seen: unknown[] = [];
    vi.spyOn(blobs, "put").mockImplementation(async (bucket, key, body) => {
      await put(bucket, key, body);
      const { exportTasks } = await logs.describeExportTasks({ taskId });
      seen.push(exportTasks?.[0]?.status);
      if (key.includes("/b/")) await logs.cancelExportTask({ taskId });
    });
    await server.advance(1_000);
    vi.restoreAllMocks();
    expect(seen).toEqual([
      { code: "PENDING", message: "0 events in 0 files so far" },
      { code: "RUNNING", message: "2 events in 1 files so far" },
    ]);
    expect(await statusOf(taskId)).toBe("CANCELLED");
    const files = await filesIn(server, "exports", `exportedlogs/${taskId}/`);
    expect([...files.keys()].map((key) => key.split("/").at(-2))).toEqual(["a", "b"]);
  });

  test("writes a file again under its name when nobody knows whether it was written", async () => {
    const group = await newLogGroup(server, logs, ["a", "b-c", "b/c"]);
    for (const stream of ["a", "b-c", "b/c"]) await group.put([[0, stream]], stream);
    const taskId = await exportOf(group.logGroupName);
    const { blobs } = server.dependencies;
    const put = blobs.put.bind(blobs);
    let failures = 3;
    vi.spyOn(blobs, "put").mockImplementation(async (bucket, key, body) => {
      await put(bucket, key, body);
      if (failures-- > 0) throw new Error("the answer is lost");
    });
    for (let attempt = 0; attempt <= 3; attempt++) await server.advance(60_000);
    vi.restoreAllMocks();
    expect(await statusOf(taskId)).toBe("COMPLETED");
    const files = [...(await filesIn(server, "exports", `exportedlogs/${taskId}/`))];
    expect(
      files.map(([key, lines]) => `${key.split("/").slice(2).join("/")} ${lines[0]?.slice(25)}`),
    ).toEqual(["a/000000.gz a", "b-c/000000.gz b-c", "b-c/000001.gz b/c"]);
  });

  test("says that it waits for a key, and ends after a day", async () => {
    const dayMs = 86_400_000;
    const data = mkdtempSync(join(tmpdir(), "groundwatch-exports-"));
    const first = await startTestServer({ data });
    const client = new CloudWatchLogs(first.clientConfig());
    const groundwatch = new GroundwatchClient(first.clientConfig());
    const { KeyMetadata: key } = await groundwatch.createKey();
    const group = await newLogGroup(first, client);
    await client.associateKmsKey({ logGroupName: group.logGroupName, kmsKeyId: key.Arn });
    await group.put([[0, "sealed"]]);
    const taskId = await exportOf(group.logGroupName, {}, client);
    await groundwatch.disableKey({ KeyId: key.Arn });
    await first.advance(1_000);
    const { exportTasks: waiting } = await client.describeExportTasks({ taskId });
    expect(waiting?.[0]?.status).toEqual({
      code: "PENDING",
      message: expect.stringContaining(`the key ${key.Arn} is disabled`) as string,
    });
    await first.stop();
    const second = await startTestServer({ data }, { startAt: testStartAt + dayMs + 1 });
    await second.advance(1_000);
    const later = new CloudWatchLogs(second.clientConfig());
    const { exportTasks: ended } = await later.describeExportTasks({ taskId });
    expect(ended?.[0]?.status).toEqual({
      code: "FAILED",
      message: "The export task timed out after 24 hours.",
    });
    expect(await exportOf(group.logGroupName, { to: testStartAt + 2 * dayMs }, later)).not.toBe(taskId);
    await second.stop();
    rmSync(data, { recursive: true });
  });

  test("ends at once when it is cancelled while it waits for a key, and is not begun again", async () => {
    const groundwatch = new GroundwatchClient(server.clientConfig());
    const { KeyMetadata: key } = await groundwatch.createKey();
    const { logGroupName, put } = await newLogGroup(server, logs);
    await logs.associateKmsKey({ logGroupName, kmsKeyId: key.Arn });
    await put([[0, "sealed"]]);
    const taskId = await exportOf(logGroupName);
    await groundwatch.disableKey({ KeyId: key.Arn });
    await server.advance(1_000);
    expect(await statusOf(taskId)).toBe("PENDING");
    await logs.cancelExportTask({ taskId });
    await server.advance(1_000);
    expect(await statusOf(taskId)).toBe("CANCELLED");
    await groundwatch.enableKey({ KeyId: key.Arn });
    await server.advance(120_000);
    expect(await statusOf(taskId)).toBe("CANCELLED");
    expect(await filesIn(server, "exports", `exportedlogs/${taskId}/`)).toEqual(new Map());
  });

  test("goes on with the numbers of a folder where its files are not, as at another node", async () => {
    const streams = ["a-b-c", "a-b/c", "a/b/c", "a-b"];
    const group = await newLogGroup(server, logs, streams);
    for (const stream of streams) await group.put([[0, stream]], stream);
    const taskId = await exportOf(group.logGroupName);
    const { blobs } = server.dependencies;
    const put = blobs.put.bind(blobs);
    const keys: string[] = [];
    vi.spyOn(blobs, "put").mockImplementation(async (bucket, key, body) => {
      keys.push(key.split("/").slice(2).join("/"));
      await put(bucket, key, body);
      await blobs.delete(bucket, key);
    });
    await server.advance(1_000);
    vi.restoreAllMocks();
    expect(await statusOf(taskId)).toBe("COMPLETED");
    expect(keys).toEqual(["a-b/000000.gz", "a-b-c/000000.gz", "a-b-c/000001.gz", "a-b-c/000002.gz"]);
    expect(await server.dependencies.state.collection("log-export-folders").count(taskId)).toBe(0);
  });

  test("fails when the key of a file would be too long, and leaves the account to others", async () => {
    const longName = "n".repeat(500);
    const group = await newLogGroup(server, logs, ["a", longName]);
    await group.put([[0, "kept"]], "a");
    await group.put([[0, "nowhere to go"]], longName);
    // 1,024 bytes with the slashes, the task, the stream and the file.
    const room = 1_024 - 500 - 36 - "000000.gz".length - 3;
    const fits = await exportOf(group.logGroupName, { destinationPrefix: "p".repeat(room) });
    await server.advance(1_000);
    expect(await statusOf(fits)).toBe("COMPLETED");
    const taskId = await exportOf(group.logGroupName, { destinationPrefix: "p".repeat(room + 1) });
    await server.advance(1_000);
    const { exportTasks } = await logs.describeExportTasks({ taskId });
    expect(exportTasks?.[0]?.status).toEqual({
      code: "FAILED",
      message: "The key of a file would be longer than 1024 bytes.",
    });
    const writeTest = (bytes: number) => "é".repeat((bytes - "/aws-logs-write-test".length) / 2);
    const tooLong = exportOf(group.logGroupName, { destinationPrefix: writeTest(1_026) });
    expect(await refusal(tooLong)).toContain("InvalidParameterException: Keys that begin with");
    await exportOf(group.logGroupName, { destinationPrefix: writeTest(1_024) });
    await server.advance(1_000);
  });

  test("fails when its group is deleted, and goes on in the server that comes after this one", async () => {
    const { logGroupName } = await newLogGroup(server, logs);
    const failing = await exportOf(logGroupName);
    await logs.deleteLogGroup({ logGroupName });
    await logs.createLogGroup({ logGroupName }); // another one
    await server.advance(1_000);
    const { exportTasks } = await logs.describeExportTasks({ taskId: failing });
    expect(exportTasks?.[0]?.status).toEqual({ code: "FAILED", message: "The log group was deleted." });

    const first = await startTestServer();
    const { dataFolder: data } = first;
    await first.stop();
    const open = await startTestServer({ data });
    const client = new CloudWatchLogs(open.clientConfig());
    const group = await newLogGroup(open, client);
    await group.put([[0, "kept"]]);
    const taskId = await exportOf(group.logGroupName, {}, client);
    await open.stop();
    const again = await startTestServer({ data }, { startAt: testStartAt + 1_000 });
    await again.advance(1_000);
    expect(await statusOf(taskId, new CloudWatchLogs(again.clientConfig()))).toBe("COMPLETED");
    const files = await filesIn(again, "exports", `exportedlogs/${taskId}/`);
    expect([...files.values()]).toEqual([[expect.stringContaining("kept")]]);
    await again.stop();
  });

  test("is listed with the newest first, in pages, and by its status", async () => {
    const client = new CloudWatchLogs(server.clientConfig({ account: "222233334444" }));
    const { logGroupName } = await newLogGroup(server, client);
    const tasks: string[] = [];
    for (let index = 0; index < 5; index++) {
      const now = server.clock.now();
      const taskId = await exportOf(logGroupName, { from: now, to: now }, client);
      tasks.unshift(taskId);
      if (index % 2 === 0) await client.cancelExportTask({ taskId });
      await server.advance(1_000);
    }
    const listed = async (input: DescribeExportTasksCommandInput) => {
      const pages: (string | undefined)[][] = [];
      for (let page = await client.describeExportTasks(input); ;) {
        pages.push((page.exportTasks ?? []).map(({ taskId }) => taskId));
        if (page.nextToken === undefined) return pages;
        page = await client.describeExportTasks({ ...input, nextToken: page.nextToken });
      }
    };
    const [newest, , third, , oldest] = tasks;
    expect(await listed({ limit: 2 })).toEqual([tasks.slice(0, 2), tasks.slice(2, 4), tasks.slice(4)]);
    for (const whole of [{}, { limit: 5 }]) expect(await listed(whole)).toEqual([tasks]);
    expect(await listed({ statusCode: "CANCELLED", limit: 2 })).toEqual([[newest, third], [oldest]]);
    expect(await listed({ statusCode: "COMPLETED", taskId: tasks[1] })).toEqual([[tasks[1]]]);
    expect(await listed({ statusCode: "CANCELLED", taskId: tasks[1] })).toEqual([[]]);
    expect(await listed({ taskId: "none" })).toEqual([[]]);
    const { exportTasks } = await client.describeExportTasks({ taskId: oldest });
    expect(exportTasks?.[0]).toMatchObject({
      destinationPrefix: "exportedlogs",
      status: { code: "CANCELLED", message: "Cancelled by user" },
      executionInfo: { completionTime: expect.any(Number) as number },
    });
    const completed = client.cancelExportTask({ taskId: tasks[1] });
    expect(await refusal(completed)).toContain("InvalidOperationException");
    for (const position of ["garbage", '{"key":1,"rank":1}', '{"key":"x","rank":"x"}']) {
      const nextToken = Buffer.from(position).toString("base64url");
      const wrong = client.describeExportTasks({ nextToken });
      expect(await refusal(wrong)).toContain("InvalidParameterException");
    }
  });

  test.each<[string, Partial<CreateExportTaskCommandInput>, string]>([
    ["no bucket's name", { destination: "No Bucket" }, "The given bucket does not exist"],
    ["an address as a bucket", { destination: "192.168.5.4" }, "The given bucket does not exist"],
    ["two dots in a bucket", { destination: "a..b" }, "The given bucket does not exist"],
    ["times the wrong way round", { from: 2, to: 1 }, "from is later than to"],
    ["a time before the group", { from: 0, to: 1 }, "before the log group was created"],
    ["a group that is read by queries alone", { logGroupName: "rare" }, "only supported on the Standard log"],
    ["no group", { logGroupName: "none" }, "ResourceNotFoundException"],
  ])("is refused: %s", async (_what, options, message) => {
    const { logGroupName } = await newLogGroup(server, logs);
    if (options.logGroupName === "rare") {
      await logs.createLogGroup({ logGroupName: "rare", logGroupClass: "INFREQUENT_ACCESS" });
    }
    expect(await refusal(exportOf(logGroupName, options))).toContain(message);
  });
});
