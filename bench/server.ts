// The server under test: a process of its own, with signatures verified, on a folder of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const credentials = { accessKeyId: "AKIABENCHBENCHBENCH1", secretAccessKey: "bench-secret" };
export const account = "123456789012";
export const region = "us-east-1";

export interface BenchServer {
  readonly endpoint: URL;
  readonly pid: number;
  /** From the start of the process to its first answer, in milliseconds. */
  readonly startMs: number;
  stop(): Promise<void>;
}

/** What users start; a commit from before the bundle has only the compiled files. */
function programOf(root: string): string {
  const program = join(root, "dist/program/groundwatch.js");
  return existsSync(program) ? program : join(root, "dist/bin/groundwatch.js");
}

/** `root` is the checkout whose build is to be measured. */
export async function startServer(root: string, extraFlags: readonly string[] = []): Promise<BenchServer> {
  const folder = mkdtempSync(join(tmpdir(), "groundwatch-bench-"));
  const config = join(folder, "groundwatch.json");
  writeFileSync(config, JSON.stringify({ accessKeys: [{ ...credentials, account }] }), {
    mode: 0o600,
  });
  const port = await freePort();
  // For a profile: BENCH_NODE_FLAGS="--cpu-prof --cpu-prof-dir=DIR"
  const nodeFlags = (process.env["BENCH_NODE_FLAGS"] ?? "").split(" ").filter((flag) => flag !== "");
  const words = [...nodeFlags, programOf(root), "serve", "--config", config, "--port", String(port)];
  words.push(
    "--data",
    join(folder, "data"),
    ...(extraFlags.includes("--auth") ? [] : ["--auth", "iam"]),
    "--xray-udp-port",
    "0",
    "--emf-port",
    "0",
    ...extraFlags,
  );
  const startedAt = performance.now();
  const child = spawn(process.execPath, words, { stdio: ["ignore", "ignore", "inherit"] });
  const endpoint = new URL(`http://127.0.0.1:${port}`);
  await firstAnswer(endpoint, child);
  const startMs = performance.now() - startedAt;
  if (child.pid === undefined) throw new Error("the server has no process");
  return { endpoint, pid: child.pid, startMs, stop };

  async function stop(): Promise<void> {
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** An address that takes whatever is sent there, in this process. */
export async function startSink(): Promise<{ readonly address: string; stop(): void }> {
  const server = createHttpServer((request, response) => {
    request.resume().on("end", () => response.end());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("a TCP server has a port");
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return { address: `http://127.0.0.1:${bound.port}/`, stop };
}

async function firstAnswer(endpoint: URL, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 2_000; attempt++) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const answered = await fetch(new URL("/_groundwatch/health", endpoint)).then(
      (response) => response.ok,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("the server did not answer within ten seconds");
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return address.port;
}
