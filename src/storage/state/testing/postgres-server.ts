// A PostgreSQL for tests: a private server in a temporary folder, or the one that the environment names.
import { execFileSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

export interface PostgresServer {
  readonly url: string;
  stop(): void;
}

const named = process.env["GROUNDWATCH_TEST_POSTGRES_URL"];
const programs = findPrograms();

/** Why there is none, in words for the title of a test that is skipped; empty when there is one. */
export const missingPostgres =
  named === undefined && programs === undefined
    ? " (skipped: no GROUNDWATCH_TEST_POSTGRES_URL, and no PostgreSQL under /usr/lib/postgresql)"
    : "";

export function startPostgres(): PostgresServer {
  if (named !== undefined) return { url: named, stop: () => undefined };
  if (programs === undefined) throw new Error(missingPostgres);
  return startServer(programs);
}

function findPrograms(): string | undefined {
  const root = "/usr/lib/postgresql";
  if (!existsSync(root)) return undefined;
  const folders = readdirSync(root).map((version) => join(root, version, "bin"));
  return folders.find((folder) => existsSync(join(folder, "initdb")));
}

/** A cluster of our own in a temporary folder, on a socket there; PostgreSQL refuses to run as root. */
function startServer(folder: string): PostgresServer {
  const data = mkdtempSync(join(tmpdir(), "groundwatch-pg-"));
  const isRoot = userInfo().uid === 0;
  if (isRoot) chownSync(data, Number(execFileSync("id", ["-u", "postgres"])), -1);
  const run = (program: string, ...options: string[]) => {
    const command = [join(folder, program), ...options];
    const [file = "", ...rest] = isRoot ? ["runuser", "-u", "postgres", "--", ...command] : command;
    execFileSync(file, rest, { stdio: ["ignore", "ignore", "pipe"], cwd: "/" });
  };
  const cluster = join(data, "cluster");
  run(
    "initdb",
    "-D",
    cluster,
    "-U",
    "groundwatch",
    "-A",
    "trust",
    "-E",
    "UTF8",
    "--locale=C.UTF-8",
    "--no-sync",
  );
  const settings = `-c listen_addresses='' -c unix_socket_directories=${data} -c shared_buffers=16MB`;
  run("pg_ctl", "-D", cluster, "-w", "-l", join(data, "log"), "-o", settings, "start");
  return {
    url: `postgres://groundwatch@/postgres?host=${encodeURIComponent(data)}`,
    stop: () => {
      run("pg_ctl", "-D", cluster, "-m", "immediate", "stop");
      rmSync(data, { recursive: true });
    },
  };
}
