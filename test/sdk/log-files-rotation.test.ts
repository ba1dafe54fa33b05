// Log files that are copied and emptied, linked, or written anew in place: each line is told once.
import {
  appendFile,
  copyFile,
  mkdir,
  open,
  rename,
  symlink,
  truncate,
  unlink,
  writeFile,
} from "node:fs/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { followFile, type FollowParts } from "../../src/agent/log-files/followed-file.ts";
import { readCollectList } from "../../src/core/log-files/collect-list.ts";
import { collectedFolder, type CollectedFolder, type Fate } from "../support/collected-files.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let folder: CollectedFolder;
const file = (name: string) => folder.file(name);

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  folder = await collectedFolder(server);
  return () => folder.remove();
});

const scan = (ms = 1_000) => server.advance(ms);

/** The last event of a file waits for five seconds. */
async function settle(): Promise<void> {
  await scan();
  await scan(6_000);
  await scan(6_000);
}

async function copyAndEmpty(name: string, copy: string): Promise<void> {
  await copyFile(file(name), file(copy));
  await truncate(file(name));
}

const multi = { publish_multi_logs: true };

describe("a copy", () => {
  test("that the pattern matches repeats no line, and is the rest of the file", async () => {
    await folder.start({ file_path: file("app.log*"), ...multi });
    await writeFile(file("app.log"), "a1\na2\n");
    await settle();
    await appendFile(file("app.log"), "a3\na4 without end");
    await copyAndEmpty("app.log", "app.log.1");
    await appendFile(file("app.log"), "b1\n");
    await settle();
    await rename(file("app.log.1"), file("app.log.2"));
    await copyAndEmpty("app.log", "app.log.1");
    await settle();
    const told = ["a1", "a2", "a3", "a4 without end", "b1"].map((line) => `app.log: ${line}`);
    expect((await folder.stored()).toSorted()).toEqual(told);
    await folder.stop();
    await folder.start({ file_path: file("app.log*"), ...multi });
    await settle();
    expect((await folder.stored()).toSorted()).toEqual(told);
    expect(folder.problems()).toEqual([]);
  });

  test.each([multi, {}])("is waited with while the other is not emptied yet (%j)", async (more) => {
    await folder.start({ file_path: file("app.log*"), ...more });
    await writeFile(file("app.log"), "a1\na2\n");
    await settle();
    await copyFile(file("app.log"), file("app.log.1"));
    await scan();
    await scan(3_000);
    await truncate(file("app.log"));
    await appendFile(file("app.log"), "b1\n");
    await settle();
    const lines = (await folder.stored()).map((line) => line.replace("app.log: ", ""));
    expect(lines).toEqual(["a1", "a2", "b1"]);
  });

  test("of a file that is not emptied is a file of its own, after a while", async () => {
    await folder.start({ file_path: file("*.log"), ...multi });
    await writeFile(file("a.log"), "a1\na2\n");
    await settle();
    await copyFile(file("a.log"), file("b.log"));
    await appendFile(file("b.log"), "b1\n");
    await scan();
    await scan(3_000);
    expect(await folder.stored()).toHaveLength(2);
    await settle();
    expect((await folder.stored()).slice(2)).toEqual(["b.log: a1", "b.log: a2", "b.log: b1"]);
  });

  test("has the lines that nobody read before, though no pattern matches it", async () => {
    await folder.start();
    await writeFile(file("app.log"), "a1\na2\nhalf");
    await scan();
    await appendFile(file("app.log"), " a line\na4\n");
    await writeFile(file("other.log"), "nothing of that, and longer than the file was\n");
    await copyAndEmpty("app.log", "app.log.1");
    await appendFile(file("app.log"), "b1\n");
    await settle();
    expect((await folder.stored()).toSorted()).toEqual(["a1", "a2", "a4", "b1", "half a line"]);
  });

  test("of lines of which none was put yet", async () => {
    await folder.start();
    await writeFile(file("app.log"), "a1\n");
    await scan();
    await appendFile(file("app.log"), "a2\n");
    await copyAndEmpty("app.log", "app.log.1");
    await settle();
    expect(await folder.stored()).toEqual(["a1", "a2"]);
  });

  test.each([0, 1])(
    "that the pattern matches, of lines of which none was put yet (%i looks)",
    async (looks) => {
      await folder.start({ file_path: file("app.log*"), ...multi });
      await writeFile(file("app.log"), "a1\n");
      await scan();
      await appendFile(file("app.log"), "a2\n");
      await copyFile(file("app.log"), file("app.log.1"));
      for (let look = 0; look < looks; look++) await scan();
      await truncate(file("app.log"));
      await settle();
      expect(await folder.stored()).toEqual(["app.log: a1", "app.log: a2"]);
    },
  );

  test("is packed and removed as soon as it was seen", async () => {
    await folder.start();
    await writeFile(file("app.log"), "a1\na2\n");
    await scan();
    await copyAndEmpty("app.log", "app.log.1");
    await scan();
    await unlink(file("app.log.1"));
    await settle();
    expect(await folder.stored()).toEqual(["a1", "a2"]);
  });

  test.each(["app.log*", "app.log"])("was made while the agent was down (%s)", async (pattern) => {
    const entry = { file_path: file(pattern), ...multi };
    await folder.start(entry);
    await writeFile(file("app.log"), "a1\na2\n");
    await settle();
    await folder.stop();
    await appendFile(file("app.log"), "a3\n");
    await copyAndEmpty("app.log", "app.log-20261102");
    await appendFile(file("app.log"), "b1\n");
    await folder.start(entry);
    await settle();
    expect((await folder.stored()).toSorted()).toEqual(
      ["a1", "a2", "a3", "b1"].map((line) => `app.log: ${line}`),
    );
  });

  test.each(["never arrives", "answer is lost"] as const)("of what was on its way (%s)", async (lost) => {
    let fate: Fate = "works";
    await folder.start({}, () => fate);
    await writeFile(file("app.log"), "a1\n");
    await settle();
    await appendFile(file("app.log"), "a2\na3\n");
    fate = lost;
    await scan();
    await copyAndEmpty("app.log", "app.log.1");
    await appendFile(file("app.log"), "b1\n");
    await scan();
    fate = "works";
    await settle();
    expect((await folder.stored()).toSorted()).toEqual(["a1", "a2", "a3", "b1"]);
  });
});

test("two files that say the same are two files", async () => {
  await folder.start({ file_path: file("*.log"), ...multi });
  await writeFile(file("a.log"), "started\n");
  await writeFile(file("b.log"), "started\n");
  await settle();
  expect((await folder.stored()).toSorted()).toEqual(["a.log: started", "b.log: started"]);
});

test("a file and a link to it are one", async () => {
  await writeFile(file("a.log"), "");
  await symlink(file("a.log"), file("b.log"));
  await folder.start({ file_path: file("*.log"), ...multi });
  await appendFile(file("a.log"), "once\n");
  await settle();
  expect(await folder.stored()).toHaveLength(1);
});

test.each(["app.log", "app.log*"])("a file that is renamed while the agent is down (%s)", async (pattern) => {
  await folder.start({ file_path: file(pattern) });
  await writeFile(file("app.log"), "a1\n");
  await settle();
  await folder.stop();
  await appendFile(file("app.log"), "a2\n");
  await rename(file("app.log"), file("app.log.1"));
  await writeFile(file("app.log"), "b1\n");
  await folder.start({ file_path: file(pattern) });
  await settle();
  expect((await folder.stored()).toSorted()).toEqual(["a1", "a2", "b1"]);
});

test("the target of a link is renamed in its own folder, while the agent is down", async () => {
  await mkdir(file("pod"));
  await writeFile(file("pod/0.log"), "");
  await symlink(file("pod/0.log"), file("app.log"));
  await folder.start();
  await appendFile(file("pod/0.log"), "a1\n");
  await settle();
  await folder.stop();
  await appendFile(file("pod/0.log"), "a2\n");
  await rename(file("pod/0.log"), file("pod/0.log.1"));
  await writeFile(file("pod/0.log"), "b1\n");
  await folder.start();
  await settle();
  expect((await folder.stored()).toSorted()).toEqual(["a1", "a2", "b1"]);
});

describe("a file that is written anew in its place", () => {
  const banner = `${"#".repeat(300)}\n`;

  test.each([false, true])("with the same beginning, and no shorter (agent down: %j)", async (isDown) => {
    await folder.start({ filters: [{ type: "exclude", expression: "#" }] });
    await writeFile(file("app.log"), `${banner}a1\n`);
    await settle();
    if (isDown) await folder.stop();
    await writeFile(file("app.log"), `${banner}b1\nb2\n`);
    if (isDown) await folder.start({ filters: [{ type: "exclude", expression: "#" }] });
    await settle();
    expect(await folder.stored()).toEqual(["a1", "b1", "b2"]);
  });

  test("before anything of it was put", async () => {
    await folder.start();
    await writeFile(file("app.log"), "a1\n");
    await scan();
    await writeFile(file("app.log"), "b1\n");
    await settle();
    expect(await folder.stored()).toEqual(["a1", "b1"]);
  });

  test("by a program that goes on at its own place behind a hole", async () => {
    await folder.start();
    await writeFile(file("app.log"), "a1\n");
    await settle();
    await truncate(file("app.log"));
    const writer = await open(file("app.log"), "r+");
    await writer.write("b1\nb2\n", 2_000_000);
    await writer.close();
    await settle();
    expect(await folder.stored()).toEqual(["a1", "b1", "b2"]);
  });
});

test("a file that was replaced between being found and opened is left to the next look", async () => {
  await writeFile(file("app.log"), "a1\n");
  const [entry] = readCollectList(
    JSON.stringify({ logs: { logs_collected: { files: { collect_list: [{ file_path: "/a" }] } } } }),
    {},
    "UTC",
  );
  if (entry === undefined) throw new Error("there is one entry");
  const found = { path: file("app.log"), foundAs: file("app.log"), key: "1:1", size: 3, modifiedMs: 0 };
  const destination = { entry, logGroupName: "g", logStreamName: "s" };
  const parts = { clock: server.clock } as FollowParts; // it is not to get as far as the others
  expect(await followFile(found, destination, parts)).toBeUndefined();
});

test.each([3, 11])(
  "random growth, copies, failures and restarts: every line once (%i)",
  { timeout: 120_000 },
  async (history) => {
    let seed = history;
    const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
    const fate = () => (["works", "works", "never arrives", "answer is lost"] as const)[random(4)] ?? "works";
    const entry = { file_path: file("app.log*"), ...multi };
    const written: string[] = [];
    await writeFile(file("app.log"), "");
    await folder.start(entry, fate);
    for (let step = 0; step < 40; step++) {
      const lines = Array.from({ length: 1 + random(20) }, (_, index) => `line ${written.length + index}`);
      written.push(...lines);
      await appendFile(file("app.log"), lines.map((line) => `${line}\n`).join(""));
      if (random(3) > 0) await scan(random(2) === 0 ? 1_000 : 6_000);
      if (random(6) === 0) {
        await folder.stop();
        await folder.start(entry, fate);
      }
      // Of what is copied and emptied twice before it was ever looked at nobody could know.
      if (random(4) === 0) {
        await scan();
        const next = Array.from({ length: random(3) }, (_, index) => `line ${written.length + index}`);
        written.push(...next);
        await appendFile(file("app.log"), next.map((line) => `${line}\n`).join(""));
        await copyAndEmpty("app.log", `app.log.${step}`);
        await scan();
      }
    }
    await folder.stop();
    await folder.start(entry);
    await settle();
    await settle();
    const stored = (await folder.stored()).map((line) => line.replace(/^app\.log[.\d]*: /, ""));
    expect(stored.toSorted()).toEqual(written.toSorted());
  },
);
