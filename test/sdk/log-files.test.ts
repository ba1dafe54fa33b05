// Log files collected by the agent: rotation, restarts and failures lose no line and repeat none.
import { appendFile, copyFile, mkdtemp, rename, rm, truncate, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { beforeEach, expect, test } from "vitest";
import type { LogFileCollector } from "../../src/agent/log-files/collector.ts";
import { startCollector, withFates } from "../support/collected-files.ts";
import { withLogsServer } from "../support/logs-server.ts";
import type { TestServer } from "../support/server.ts";

let server: TestServer;
let logs: CloudWatchLogs;
let folder: string;
let collector: LogFileCollector | undefined;
let problems: string[];

withLogsServer((started) => ({ server, logs } = started));
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "groundwatch-files-"));
  problems = [];
  return async () => {
    await collector?.stop();
    collector = undefined;
    await rm(folder, { recursive: true });
  };
});

const file = (name: string) => join(folder, name);

/** `client` stands between the agent and the server. */
async function start(entry: object = {}, client = logs): Promise<void> {
  collector = await startCollector(server, { folder, entry, client, problems });
}

async function stop(): Promise<void> {
  await collector?.stop();
  collector = undefined;
}

const scan = (ms = 1_000) => server.advance(ms);

async function stored(logStreamName = "s"): Promise<readonly string[]> {
  const found = await logs
    .getLogEvents({ logGroupName: folder, logStreamName, startFromHead: true })
    .catch(() => undefined); // nothing was put yet
  return (found?.events ?? []).map(({ message = "" }) => message);
}

test("lines are put as they come, the last one when it is sure that nothing belongs to it", async () => {
  await start();
  await scan();
  await writeFile(file("app.log"), "one\ntwo\n  more of two\nthree\nhalf");
  await scan();
  expect(await stored()).toEqual(["one", "two\n  more of two"]);
  await appendFile(file("app.log"), " a line\r\nlast\n");
  await scan();
  expect(await stored()).toEqual(["one", "two\n  more of two", "three", "half a line"]);
  await scan(6_000);
  expect((await stored()).at(-1)).toBe("last");
  expect(problems).toEqual([]);
});

test("a file that is renamed is read to its end, with the agent running or not", async () => {
  await start();
  await writeFile(file("app.log"), "a1\na2\n");
  await scan();
  await appendFile(file("app.log"), "a3\na4 without end");
  await rename(file("app.log"), file("app.log.1"));
  await writeFile(file("app.log"), "b1\nb2\n");
  await scan();
  expect(await stored()).toEqual(["a1", "a2", "a3", "a4 without end", "b1"]);
  await stop();
  await appendFile(file("app.log"), "b3\n");
  await rename(file("app.log.1"), file("app.log.2"));
  await rename(file("app.log"), file("app.log.1"));
  await writeFile(file("app.log"), "c1\n");
  await start();
  await scan();
  await scan(6_000);
  expect((await stored()).slice(4)).toEqual(["b1", "b2", "b3", "c1"]);
});

test("a file that is copied and emptied, and one that is deleted", async () => {
  await start();
  await writeFile(file("app.log"), "a1\na2\n");
  await scan(1_000);
  await scan(6_000);
  await copyFile(file("app.log"), file("app.log.1"));
  await truncate(file("app.log"));
  await appendFile(file("app.log"), "b1\n");
  await scan();
  await scan(6_000);
  await appendFile(file("app.log"), "b2\n");
  await unlink(file("app.log"));
  await writeFile(file("app.log"), "c1\n");
  await scan();
  await scan(6_000);
  expect(await stored()).toEqual(["a1", "a2", "b1", "b2", "c1"]);
});

test("all files of a pattern, each in its own stream; none that is blacklisted or compressed", async () => {
  await start({ file_path: file("*.log*"), publish_multi_logs: true, blacklist: "^debug" });
  await writeFile(file("web.log"), "w1\n");
  await writeFile(file("db.log"), "d1\n");
  await writeFile(file("debug.log"), "x\n");
  await writeFile(file("old.log.gz"), "x\n");
  await scan();
  await rename(file("web.log"), file("web.log.1"));
  await writeFile(file("web.log"), "w2\n");
  await scan();
  await scan(6_000);
  const { logStreams = [] } = await logs.describeLogStreams({ logGroupName: folder });
  const streamOf = (name: string) => `s${file(name).replaceAll("/", "_")}`;
  expect(logStreams.map(({ logStreamName }) => logStreamName)).toEqual([
    streamOf("db.log"),
    streamOf("web.log"),
  ]);
  expect(await stored(streamOf("db.log"))).toEqual(["d1"]);
  expect(await stored(streamOf("web.log"))).toEqual(["w1", "w2"]);
});

test("of several files the newest, and the older ones are removed when that is wished", async () => {
  await start({ file_path: file("app-*.log"), auto_removal: true, retention_in_days: 7 });
  await writeFile(file("app-1.log"), "one\n");
  await scan();
  await writeFile(file("app-2.log"), "two\n");
  await scan();
  await scan(6_000);
  expect(await stored()).toEqual(["one", "two"]);
  await expect(unlink(file("app-1.log"))).rejects.toThrow("ENOENT");
  const { logGroups = [] } = await logs.describeLogGroups({ logGroupNamePrefix: folder });
  expect(logGroups[0]?.retentionInDays).toBe(7);
});

test("a lost answer repeats no line, and a call that never arrived loses none", async () => {
  const fates = ["never arrives", "answer is lost"] as ("never arrives" | "answer is lost")[];
  await writeFile(file("app.log"), "one\ntwo\nthree\n");
  // The process dies with the answer on its way: only what is on disk is left.
  await start(
    {},
    withFates(server, () => fates.shift() ?? "never arrives"),
  );
  await scan();
  await stop();
  expect(problems.length).toBeGreaterThan(0);
  await start();
  await scan();
  await scan(6_000);
  expect(await stored()).toEqual(["one", "two", "three"]);
});

const emailPolicy = JSON.stringify({
  Version: "2021-06-01",
  Statement: [{ Audit: { FindingsDestination: {} } }, { Deidentify: { MaskConfig: {} } }].map(
    (Operation) => ({
      DataIdentifier: ["arn:aws:dataprotection::aws:data-identifier/EmailAddress"],
      Operation,
    }),
  ),
});

test("nor does it where sensitive data is masked", async () => {
  const fates = ["works", "answer is lost"] as ("works" | "answer is lost")[];
  await logs.createLogGroup({ logGroupName: folder });
  await logs.putDataProtectionPolicy({ logGroupIdentifier: folder, policyDocument: emailPolicy });
  await writeFile(file("app.log"), "ann@example.com\n");
  await start(
    {},
    withFates(server, () => fates.shift() ?? "works"),
  );
  await scan(6_000);
  await appendFile(file("app.log"), "bob@example.com came\n");
  await scan();
  await scan(6_000);
  await scan(6_000);
  expect(await stored()).toEqual(["***************", "*************** came"]);
});

test.each(["INFREQUENT_ACCESS", "DELIVERY"] as const)(
  "nor does it in a group of the class %s, which only queries can read",
  { timeout: 30_000 },
  async (logGroupClass) => {
    let fate: "works" | "never arrives" | "answer is lost" = "works";
    await logs.createLogGroup({ logGroupName: folder, logGroupClass });
    await start(
      {},
      withFates(server, () => fate),
    );
    for (const lost of ["answer is lost", "never arrives"] as const) {
      await appendFile(file("app.log"), `before\n"${lost}"\n`);
      await scan();
      fate = lost;
      await scan(6_000);
      expect(problems.length).toBeGreaterThan(0);
      fate = "works";
      await scan();
      await scan(6_000);
    }
    const { queryId } = await logs.startQuery({
      logGroupName: folder,
      startTime: Math.floor(server.clock.now() / 1_000) - 3_600,
      endTime: Math.floor(server.clock.now() / 1_000),
      queryString: "fields @message | sort @timestamp",
    });
    await expect
      .poll(
        async () => {
          const { results = [] } = await logs.getQueryResults({ queryId });
          return results.map((row) => row.find(({ field }) => field === "@message")?.value);
        },
        { timeout: 20_000 },
      )
      .toEqual(["before", '"answer is lost"', "before", '"never arrives"']);
  },
);

test("what waits for more of its lines is put when the file is emptied", async () => {
  await start();
  await writeFile(file("app.log"), "a1\na2\n  more\nhalf");
  await scan();
  expect(await stored()).toEqual(["a1"]);
  await truncate(file("app.log"));
  await appendFile(file("app.log"), "b1\nb2\n");
  await scan();
  await scan(6_000);
  expect(await stored()).toEqual(["a1", "a2\n  more", "half", "b1", "b2"]);
});

test("so are lines that could not be put before", async () => {
  const fates = ["works", "never arrives", "never arrives", "answer is lost"] as const;
  let calls = 0;
  await start(
    {},
    withFates(server, () => fates[calls++] ?? "works"),
  );
  await writeFile(file("app.log"), "a1\na2\na3\n");
  await logs.createLogGroup({ logGroupName: folder });
  await logs.createLogStream({ logGroupName: folder, logStreamName: "s" });
  await scan();
  await scan(6_000);
  expect(problems.length).toBeGreaterThan(0);
  await truncate(file("app.log"));
  await appendFile(file("app.log"), "b1\nb2\n");
  await scan();
  await scan(6_000);
  await scan(6_000);
  expect(await stored()).toEqual(["a1", "a2", "a3", "b1", "b2"]);
  expect(calls).toBeGreaterThan(fates.length);
});

test.each([7, 42])(
  "random growth, rotation, failures and restarts: every line once (%i)",
  { timeout: 120_000 },
  async (history) => {
    let seed = history;
    const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
    const fate = () => (["works", "works", "never arrives", "answer is lost"] as const)[random(4)] ?? "works";
    const client = withFates(server, fate);
    const written: string[] = [];
    let rotations = 0;
    await writeFile(file("app.log"), "");
    await start({}, client);
    for (let step = 0; step < 40; step++) {
      const lines = Array.from({ length: random(20) }, () => `line ${written.length}-${random(1e6)}`);
      for (const [index, line] of lines.entries()) written.push(`${line}-${index}`);
      await appendFile(
        file("app.log"),
        written
          .slice(written.length - lines.length)
          .map((line) => `${line}\n`)
          .join(""),
      );
      if (random(3) > 0) await scan(random(2) === 0 ? 1_000 : 6_000);
      if (random(6) === 0) {
        await stop();
        await start({}, client);
      }
      // Twice between two looks of the agent, and nobody could know of the file between.
      if (random(5) === 0) {
        await scan();
        await rename(file("app.log"), file(`app.log.${++rotations}`));
        await writeFile(file("app.log"), "");
        await scan();
      }
    }
    await stop();
    await start();
    await scan();
    await scan(6_000);
    const { events = [] } = await logs.filterLogEvents({ logGroupName: folder });
    const found = events.map(({ message = "" }) => message);
    expect(found.toSorted()).toEqual(written.toSorted());
  },
);
