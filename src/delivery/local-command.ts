// Runs a program of this machine that takes its input from standard input: no shell, bounded, never for ever.
import { spawn, type ChildProcess } from "node:child_process";

export interface LocalCommand {
  /** The path of the program and its arguments. */
  readonly words: readonly [string, ...string[]];
  readonly input: string;
  /** Beside where programs are found, and nothing else. */
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Ends the program. */
  readonly signal: AbortSignal;
}

export interface CommandEnd {
  readonly succeeded: boolean;
  /** How it ended, and the beginning of what it printed. */
  readonly detail: string;
}

/** Of both streams together; more is read and dropped. */
const keptBytes = 1_000;
/** What a program that has ended leaves behind may hold its output open. */
const closingMs = 200;

/**
 * The program leads a group of processes, which is killed as a whole when the time is over, or the signal
 * says so.
 */
export function runLocalCommand({
  words: [program, ...rest],
  input,
  environment,
  timeoutMs,
  signal,
}: LocalCommand): Promise<CommandEnd> {
  return new Promise((resolve) => {
    const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin", ...environment };
    const child = spawn(program, rest, { env, cwd: "/", detached: true, stdio: ["pipe", "pipe", "pipe"] });
    const printed = collect(child);
    let reason: string | undefined;
    const kill = (why: string) => {
      reason ??= why;
      killGroup(child);
    };
    const onAbort = () => kill("it was ended with the server");
    const timer = setTimeout(() => kill(`it took longer than ${timeoutMs} ms and was killed`), timeoutMs);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort);
    const end = (succeeded: boolean, how: string) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      child.stdout.destroy();
      child.stderr.destroy();
      const text = printed();
      resolve({ succeeded, detail: text === "" ? how : `${how}: ${text}` });
    };
    child.on("error", (error) => end(false, `${program} did not start: ${error.message}`));
    child.on("exit", (code, killedBy) => {
      const how = reason ?? (code === null ? `it was ended by ${killedBy}` : `it ended with status ${code}`);
      const settle = () => end(code === 0 && reason === undefined, how);
      const closing = setTimeout(settle, closingMs);
      child.on("close", () => {
        clearTimeout(closing);
        settle();
      });
    });
    // Who does not want its input is free not to read it.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}

function collect({ stdout, stderr }: ChildProcess): () => string {
  const kept: Buffer[] = [];
  let room = keptBytes;
  const keep = (chunk: Buffer) => {
    if (room <= 0) return;
    kept.push(chunk.subarray(0, room));
    room -= chunk.length;
  };
  stdout?.on("data", keep);
  stderr?.on("data", keep);
  return () => Buffer.concat(kept).toString().trim();
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}
