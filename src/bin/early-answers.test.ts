// What a server answers before its telemetry is open, and how a start ends whose telemetry cannot be opened.
// A ClickHouse server that keeps its first answer back stands in for an engine that takes long.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { afterAll, expect, onTestFinished, test, vi } from "vitest";
import { sql } from "../core/sql.ts";
import { openTelemetry } from "../storage/telemetry/open.ts";

const entry = fileURLToPath(new URL("../../dist/program/groundwatch.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "groundwatch-early-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function serve(...flags: string[]) {
  const words = ["serve", "--json", "--port", "0", "--xray-udp-port", "0", "--emf-port", "0", ...flags];
  const child = spawn(process.execPath, [entry, ...words], { stdio: ["ignore", "ignore", "pipe"] });
  let printed = "";
  child.stderr.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  const lines = () => printed.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Line]));
  return {
    endpoint: () =>
      vi.waitUntil(() => lines().find(({ url }) => url !== undefined)?.url, { timeout: 15_000 }),
    /** The exit code, and what was said besides that it listens. */
    async ended() {
      const [code] = (await once(child, "close")) as [number];
      return { code, lines: lines().filter(({ url }) => url === undefined) };
    },
  };
}

interface Line {
  readonly url?: string;
  readonly error?: string;
}

async function slowClickHouse() {
  const waiting: ServerResponse[] = [];
  let refusal: string | undefined;
  const answer = (response: ServerResponse) => {
    response.statusCode = 500;
    response.end(refusal);
  };
  const server = createServer((_, response) => {
    if (refusal === undefined) waiting.push(response);
    else answer(response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    refuse: (message: string) => {
      refusal = message;
      for (const response of waiting) answer(response);
    },
  };
}

test("what the state knows is answered while the telemetry opens; its failure ends the start", async () => {
  const { url, refuse } = await slowClickHouse();
  const server = serve("--data", join(folder, "slow"), "--clickhouse-url", url);
  const ended = server.ended();
  const endpoint = await server.endpoint();

  const health = await fetch(`${endpoint}/_groundwatch/health`);
  expect([health.status, await health.json()]).toEqual([503, { status: "starting" }]);
  const page = await (await fetch(endpoint)).text();
  expect(page).toContain("<td>log events</td><td>unknown</td>");
  const credentials = { accessKeyId: "123456789012", secretAccessKey: "any" };
  const client = new CloudWatch({ endpoint, region: "us-east-1", credentials });
  expect((await client.describeAlarms()).MetricAlarms).toEqual([]);

  refuse("Code: 516. DB::Exception: Authentication failed");
  const { code, lines } = await ended;
  expect(code).toBe(1);
  const reason = "ClickHouse does not answer: Code: 516. DB::Exception: Authentication failed";
  expect(lines.at(-1)).toEqual({ error: reason });
  client.destroy();
});

test("telemetry of a newer version is refused in one line", async () => {
  const data = join(folder, "newer");
  const telemetry = openTelemetry({ folder: join(data, "telemetry") });
  await telemetry.execute(sql`INSERT INTO schema_versions SELECT toUInt32(9999)`);
  await telemetry.close();
  const { code, lines } = await serve("--data", data).ended();
  expect(code).toBe(1);
  expect(lines).toEqual([{ error: expect.stringContaining("a newer Groundwatch has written it") }]);
});
