// PostgreSQL as the state store: the contract against a private server, or the one that the environment
// names.
import { execFileSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPostgresState } from "./postgres.ts";
import { queuesContract } from "../queues/queues.contract.ts";
import { stateContract } from "./state.contract.ts";

const named = process.env["GROUNDWATCH_TEST_POSTGRES_URL"];
const programs = findPrograms();
const reason =
  named === undefined && programs === undefined
    ? " (skipped: no GROUNDWATCH_TEST_POSTGRES_URL, and no PostgreSQL under /usr/lib/postgresql)"
    : "";

describe.skipIf(reason !== "")(`PostgreSQL${reason}`, () => {
  let server: { url: string; stop: () => void };
  beforeAll(() => {
    server = named === undefined ? startServer(programs!) : { url: named, stop: () => undefined };
  });
  afterAll(() => server.stop());

  stateContract(() => openPostgresState(server.url));
  queuesContract(() => openPostgresState(server.url));

  test("several nodes may start at once, and see each other's writes", async () => {
    const nodes = await Promise.all([1, 2, 3].map(() => openPostgresState(server.url)));
    const scope = `nodes-${process.pid}`;
    const created = await Promise.all(
      nodes.map((node, index) => node.collection("t").create(scope, "k", index)),
    );
    expect(created.filter(Boolean)).toHaveLength(1);
    for (const node of nodes) {
      expect(await node.collection("t").get(scope, "k")).toMatchObject({ value: created.indexOf(true) });
    }
    await Promise.all(nodes.map((node) => node.close()));
  });

  test("refuses a database that a newer version wrote", async () => {
    const { default: pg } = await import("pg");
    const client = new pg.Client(server.url);
    await client.connect();
    await client.query("update format set version = version + 1000");
    await expect(openPostgresState(server.url)).rejects.toMatchObject({ problem: "NewerFormat" });
    await client.query("update format set version = version - 1000");
    await client.end();
  });
});

test("a PostgreSQL that does not answer is an error that says so", async () => {
  await expect(openPostgresState("postgres://127.0.0.1:9/none")).rejects.toMatchObject({
    problem: "Unavailable",
    message: expect.stringContaining("PostgreSQL"),
  });
});

function findPrograms(): string | undefined {
  const root = "/usr/lib/postgresql";
  if (!existsSync(root)) return undefined;
  const folders = readdirSync(root).map((version) => join(root, version, "bin"));
  return folders.find((folder) => existsSync(join(folder, "initdb")));
}

/** A cluster of our own in a temporary folder, on a socket there; PostgreSQL refuses to run as root. */
function startServer(folder: string): { url: string; stop: () => void } {
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
