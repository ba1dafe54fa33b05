// PostgreSQL as the state store: the contract against a private server, or the one that the environment
// names.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPostgresState } from "./postgres.ts";
import { missingPostgres, startPostgres } from "./testing/postgres-server.ts";
import { queuesContract } from "../queues/queues.contract.ts";
import { setBackContract } from "../queues/set-back.contract.ts";
import { stateContract } from "./state.contract.ts";

describe.skipIf(missingPostgres !== "")(`PostgreSQL${missingPostgres}`, () => {
  let server: { url: string; stop: () => void };
  beforeAll(() => {
    server = startPostgres();
  });
  afterAll(() => server.stop());

  stateContract(() => openPostgresState(server.url));
  queuesContract(() => openPostgresState(server.url));
  setBackContract(() => openPostgresState(server.url));

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
