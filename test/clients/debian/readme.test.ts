// The README's first five minutes, word for word, by the AWS CLI of Debian in one shell.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/server.ts";

const run = promisify(execFile);
const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");

/** The shell blocks of the section, without the first one, which installs and starts the server. */
const [, ...blocks] = (/^## The first five minutes$([\s\S]*?)^## /m.exec(readme)?.[1] ?? "")
  .split("```sh\n")
  .slice(1)
  .map((text) => text.split("```")[0] ?? "");

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ clock: "system", agent: true });
});

afterAll(async () => {
  await server?.stop();
});

test("every command works as it is written, and shows what was put", async () => {
  expect(blocks).toHaveLength(5);
  const script = ["shopt -s expand_aliases", "set -e", ...blocks].join("\n");
  const { stdout, stderr } = await run(
    "/bin/bash",
    ["-c", script.replaceAll("http://127.0.0.1:4600", server.endpoint)],
    { env: { PATH: "/usr/bin:/bin", HOME: "/nonexistent", AWS_PAGER: "" } },
  );
  expect(stderr).toBe("");
  for (const shown of [
    String.raw`"message": "{\"path\":\"/cart\",\"status\":500}"`, // filter-log-events
    'one {"path":"/cart","status":500}', // logs tail
    '"MetricName": "Orders"',
    '"Sum": 3.0',
    '"FailedEntryCount": 0',
    '"UnprocessedTraceSegments": []',
    '"EventName": "CreateLogGroup"',
    '"MetricName": "mem_used_percent"',
    '"message":"listening"',
  ]) {
    expect(stdout).toContain(shown);
  }
});
