// The generated documentation is what the code would generate today.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { renderOperationsPage } from "../src/bin/operations-page.ts";
import { startTestServer, type TestServer } from "./support/server.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(async () => {
  await server?.stop();
});

test("docs/operations.md lists the operations as they are; if not, run: npm run docs", () => {
  const written = readFileSync(new URL("../docs/operations.md", import.meta.url), "utf8");
  expect(written).toBe(renderOperationsPage(server.operations));
});

test("all operations of the services of AWS are known", () => {
  const ofAws = server.operations.filter(({ service }) => service !== "groundwatch");
  expect(ofAws).toHaveLength(424);
});
