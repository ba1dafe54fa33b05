// Starts the whole server inside the test's process, on a free port, a folder of its own and a clock that
// stands still.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { start, type Running } from "../../src/bin/compose.ts";
import type { Clock } from "../../src/core/clock.ts";
import { readConfig } from "../../src/server/config.ts";
import type { Config } from "../../src/server/config-settings.ts";

/** Where the manual clock starts. */
export const testStartAt = Date.parse("2026-11-02T12:00:00Z");

/** The account and region of `clientConfig()`. */
export const testAccount = "123456789012";
export const testRegion = "us-east-1";

export interface TestServer {
  readonly endpoint: string;
  /** Manual, from `testStartAt` on, unless the overrides say otherwise. */
  readonly clock: Clock;
  /** Moves the manual clock and waits for what has become due. */
  advance(ms: number): Promise<void>;
  readonly dataFolder: string;
  readonly dependencies: Running["dependencies"];
  readonly operations: Running["operations"];
  /** The configuration of any SDK client: `new XRay(server.clientConfig())`. */
  clientConfig(options?: { account?: string; region?: string }): ClientConfig;
  stop(): Promise<void>;
}

export interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly maxAttempts: number;
}

export type TestServerOverrides = Partial<Config>;

/**
 * Output members that no schema has fail the call, so that every test sees them. `data` keeps the folder
 * given, and `startAt` lets a server that is started again go on in time.
 */
export async function startTestServer(
  overrides: TestServerOverrides = {},
  { startAt = testStartAt }: { readonly startAt?: number } = {},
): Promise<TestServer> {
  const dataFolder = overrides.data ?? mkdtempSync(join(tmpdir(), "groundwatch-test-"));
  const defaults = readConfig({ words: [], environment: {}, readFile: () => undefined });
  if (defaults.help) throw new Error("nobody asked for help");
  const running = await start(
    {
      ...defaults.config,
      port: 0,
      clock: "manual",
      test: true,
      agent: false,
      xrayUdpPort: 0,
      emfPort: 0,
      ...overrides,
      data: dataFolder,
    },
    { startAt, strictOutputs: true },
  );
  const { url: endpoint, clock, dependencies, operations } = running;
  return {
    endpoint,
    clock,
    dataFolder,
    dependencies,
    operations,
    async advance(ms) {
      if (!("advance" in clock)) throw new Error("only a manual clock is advanced");
      await (clock as { advance(ms: number): Promise<void> }).advance(ms);
    },
    clientConfig: ({ account = testAccount, region = testRegion } = {}) => ({
      endpoint,
      region,
      credentials: { accessKeyId: account, secretAccessKey: "any" },
      maxAttempts: 1,
    }),
    async stop() {
      await running.stop();
      if (overrides.data === undefined) rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}
