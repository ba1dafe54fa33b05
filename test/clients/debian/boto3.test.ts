// boto3 of Debian (1.26) against a running server.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/server.ts";

const script = fileURLToPath(new URL("boto3-scenario.py", import.meta.url));

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ clock: "system" });
});

afterAll(async () => {
  await server?.stop();
});

test("boto3 puts every signal and reads it back", async () => {
  const { stdout } = await promisify(execFile)("/usr/bin/python3", [script, server.endpoint], {
    env: { PATH: "/usr/bin:/bin", HOME: "/nonexistent" },
  });
  const result: unknown = JSON.parse(stdout);
  expect(result).toEqual({
    filtered: Array.from({ length: 150 }, (_, index) => index + 100),
    logs_error: "The specified log stream does not exist.",
    latency: [100, 100, expect.closeTo(1, 1)],
    metrics: ["Latency", "Set"],
    metrics_error: "InvalidParameterValue",
    events: [1, "MalformedDetail"],
    segments: ["0000000000000009"],
    trail: ["CreateEventBus"],
  });
});
