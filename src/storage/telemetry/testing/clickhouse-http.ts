// ClickHouse's HTTP interface over the embedded engine, as far as our driver uses it, so that tests need no
// server.
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdir, unlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { renderSql, sql } from "../../../core/sql.ts";
import { engineConfig } from "../engine/config.ts";
import { startEngine } from "../engine/engine-host.ts";
import type { EngineHost } from "../engine/engine-host.ts";

export interface ClickHouseHttp {
  readonly url: string;
  readonly engine: EngineHost;
  close(): Promise<void>;
}

/** Settings that the driver gives for the connection; any other parameter is refused, as a server would. */
const accepted = new Set([
  "query",
  "query_id",
  "database",
  "async_insert",
  "distributed_foreground_insert",
  "wait_end_of_query",
  "cancel_http_readonly_queries_on_client_close",
  "session_timezone",
]);

/** Listens on a free port of the loopback; the tables are in `folder`. */
export async function startClickHouseHttp(folder: string): Promise<ClickHouseHttp> {
  await mkdir(folder, { recursive: true });
  const configFile = join(folder, "engine.xml");
  await writeFile(configFile, engineConfig());
  const engine = startEngine({ folder: join(folder, "engine"), configFile });
  await engine.opened;
  const server = createServer((request, response) => {
    void answer(engine, folder, request, response).catch((error: unknown) => refuse(response, error));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    engine,
    async close() {
      server.closeAllConnections();
      server.close();
      await engine.close();
    },
  };
}

async function answer(
  engine: EngineHost,
  folder: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const parameters = new URL(request.url ?? "/", "http://localhost").searchParams;
  const unknown = [...parameters.keys()].find((name) => !accepted.has(name));
  if (unknown !== undefined) throw new Error(`Code: 115. DB::Exception: Unknown setting '${unknown}'`);
  let tag: string = randomUUID();
  let isGone = false;
  response.on("close", () => {
    isGone = !response.writableEnded;
    if (isGone) engine.cancel(tag);
  });
  const body = await buffer(request);
  const query = parameters.get("query");
  const text = query === null ? body.toString() : query;
  if (isGone) return;
  tag = /log_comment = '([^']+)'/.exec(text)?.[1] ?? tag;
  const result =
    query === null ? await engine.run("query", tag, text) : await insert(engine, folder, text, body);
  response.setHeader("X-ClickHouse-Query-Id", tag);
  response.end(result);
}

/** The engine's own entry for inserted bytes takes text only, so the block goes through a file. */
async function insert(engine: EngineHost, folder: string, text: string, block: Buffer): Promise<Buffer> {
  const path = join(folder, `${randomUUID()}.native`);
  await writeFile(path, block);
  const statement = text.replace(
    /^(INSERT INTO \w+ \((.*?)\)) (SETTINGS .*) FORMAT Native$/,
    (_, head: string, columns: string, settings: string) =>
      `${head} SELECT ${columns} FROM file(${renderSql(sql`${path}`)}, 'Native') ${settings}`,
  );
  try {
    return await engine.run("insert", randomUUID(), statement);
  } finally {
    await unlink(path);
  }
}

function refuse(response: ServerResponse, error: unknown): void {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const message = cause instanceof Error ? cause.message : String(cause);
  const code = /Code: (\d+)/.exec(message)?.[1];
  response.statusCode = code === undefined ? 503 : 500;
  if (code !== undefined) response.setHeader("X-ClickHouse-Exception-Code", code);
  response.end(message);
}
