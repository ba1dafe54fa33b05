// Starts the built server as a process of its own, as a user would, so that a test can kill it.
import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const entry = fileURLToPath(new URL("../../dist/program/groundwatch.js", import.meta.url));

export interface ServerProcess {
  readonly endpoint: string;
  readonly child: ChildProcess;
  /** What the process has printed so far, both streams. */
  output(): string;
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return address.port;
}

/** Starts `groundwatch serve` and waits until it answers; throws with its output when it ends before that. */
export async function startProcess(
  dataFolder: string,
  flags: readonly string[] = [],
  givenPort?: number,
): Promise<ServerProcess> {
  const port = givenPort ?? (await freePort());
  const words = [
    entry,
    "serve",
    "--port",
    String(port),
    "--data",
    dataFolder,
    "--emf-port",
    "0",
    "--xray-udp-port",
    "0",
    ...flags,
  ];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  child.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  const endpoint = `http://127.0.0.1:${port}`;
  const ended = once(child, "exit");
  for (let attempt = 0; attempt < 600; attempt++) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}: ${printed}`);
    const answered = await fetch(`${endpoint}/_groundwatch/health`).then(
      (response) => response.ok,
      () => false,
    );
    if (answered) return { endpoint, child, output: () => printed, end };
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  child.kill("SIGKILL");
  throw new Error(`the server did not answer: ${printed}`);

  async function end(signal: NodeJS.Signals): Promise<void> {
    child.kill(signal);
    await ended;
  }
}
