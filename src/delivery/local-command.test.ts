// Commands of this machine: their input, their end, and the end of those that do not end.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runLocalCommand, type LocalCommand } from "./local-command.ts";

const folder = mkdtempSync(join(tmpdir(), "groundwatch-command-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (words: LocalCommand["words"], others: Partial<LocalCommand> = {}) =>
  runLocalCommand({
    words,
    input: "",
    environment: {},
    timeoutMs: 10_000,
    signal: new AbortController().signal,
    ...others,
  });
const shell = (script: string): LocalCommand["words"] => ["/bin/sh", "-c", script];

/** A process that was killed may be a zombie for as long as nobody asks for it. */
function isAlive(pid: string): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z");
  } catch {
    return false;
  }
}

test("it gets its input, and what it prints is told", async () => {
  expect(await run(["/bin/cat"], { input: "an alarm" })).toEqual({
    succeeded: true,
    detail: "it ended with status 0: an alarm",
  });
});

test("words are arguments and nothing more", async () => {
  const { detail } = await run(["/bin/echo", "$(id)", "; ls", "*"]);
  expect(detail).toBe("it ended with status 0: $(id) ; ls *");
});

test("its environment is what it was given and where programs are", async () => {
  const { detail } = await run(["/usr/bin/env"], { environment: { ALARM: "a\nb" } });
  expect(detail).toContain("ALARM=a\nb");
  expect(detail).not.toContain("HOME=");
});

test("a failure is told with what was printed, of which much is dropped", async () => {
  const { succeeded, detail } = await run(shell("head -c 5000000 /dev/zero | tr '\\0' x >&2; exit 3"));
  expect(succeeded).toBe(false);
  expect(detail).toBe(`it ended with status 3: ${"x".repeat(1_000)}`);
});

test("a program that is not there is a failure", async () => {
  expect(await run(["/nowhere/at-all"])).toMatchObject({ succeeded: false });
});

test("a program that ignores a large input succeeds", async () => {
  expect(await run(["/bin/true"], { input: "x".repeat(1_000_000) })).toMatchObject({ succeeded: true });
});

test("what takes too long is killed with all that it started", async () => {
  const file = join(folder, "child");
  const words = shell(`trap '' TERM; sleep 60 & echo $! > ${file}; wait; wait`);
  expect(await run(words, { timeoutMs: 200 })).toEqual({
    succeeded: false,
    detail: "it took longer than 200 ms and was killed",
  });
  expect(isAlive(readFileSync(file, "utf8").trim())).toBe(false);
});

test("it is killed when the server stops", async () => {
  const stopping = new AbortController();
  const ended = run(["/bin/sleep", "60"], { signal: stopping.signal });
  stopping.abort();
  expect(await ended).toEqual({ succeeded: false, detail: "it was ended with the server" });
});

test("what it leaves behind may go on, and holds nothing up", async () => {
  const { succeeded, detail } = await run(shell("sleep 60 & echo $!"));
  expect(succeeded).toBe(true);
  const pid = detail.replace("it ended with status 0: ", "");
  expect(isAlive(pid)).toBe(true);
  process.kill(Number(pid), "SIGKILL");
});
