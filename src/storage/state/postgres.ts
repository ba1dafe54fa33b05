// The state port on PostgreSQL, for several nodes over one database.
import type { PoolClient } from "pg";
import type { State } from "../state.ts";
import type { StateDatabase } from "./database.ts";
import { createState } from "./documents.ts";
import { stateLimits } from "./limits.ts";
import { migrationStatements } from "./schema.ts";
import { StateError, type StateProblem } from "./state-error.ts";
import type { Statement, WriteStep } from "./statements.ts";

/** Any number, the same for every node: only one migrates at a time. */
const migrationLock = 4_600_460_046;

/**
 * Connects to `url` (`postgres://user:password@host:port/database`) and makes or migrates the tables.
 * Conditions hold under READ COMMITTED, because each is one statement that tests and changes a row at once.
 */
export async function openPostgresState(url: string): Promise<State> {
  const { default: pg } = await import("pg");
  const pool = new pg.Pool({
    connectionString: url,
    max: stateLimits.postgresConnections,
    connectionTimeoutMillis: stateLimits.postgresConnectTimeoutMs,
    statement_timeout: stateLimits.postgresStatementTimeoutMs,
    application_name: "groundwatch",
  });
  // An idle connection that breaks is replaced by the pool on the next use; without a listener it ends the
  // process.
  pool.on("error", () => undefined);
  try {
    await inTransaction(await pool.connect(), migrate);
  } catch (error) {
    await pool.end();
    throw stateErrorOf(error);
  }
  const database: StateDatabase = {
    name: "postgres",
    isShared: true,
    async read<Row>(statement: Statement) {
      const { rows } = await run(pool, statement).catch(fail);
      return rows as Row[];
    },
    async write(steps) {
      const [only] = steps;
      if (only !== undefined && steps.length === 1 && only.oneRow) return runSteps(pool, steps).catch(fail);
      return inTransactionWithRetries(() => pool.connect(), steps).catch(fail);
    },
    close: () => pool.end(),
  };
  return createState(database);
}

type Client = Pick<PoolClient, "query">;

async function migrate(client: Client): Promise<"migrated"> {
  await client.query("select pg_advisory_xact_lock($1)", [migrationLock]);
  const known = await client.query("select to_regclass('format') is not null as known");
  const exists = (known.rows[0] as { known: boolean }).known;
  const version = exists ? await client.query("select version from format") : undefined;
  const found = version === undefined ? 0 : (version.rows[0] as { version: number }).version;
  for (const statement of migrationStatements("postgres", found, "the PostgreSQL database")) {
    await client.query(statement);
  }
  return "migrated";
}

/**
 * Commits, unless `work` returns undefined or throws; a connection that cannot even roll back leaves the
 * pool.
 */
async function inTransaction<Result>(
  client: PoolClient,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  let failure: Error | undefined;
  try {
    await client.query("begin");
    const result = await work(client);
    await client.query(result === undefined ? "rollback" : "commit");
    return result;
  } catch (error) {
    await client.query("rollback").catch((cause: Error) => (failure = cause));
    throw error;
  } finally {
    client.release(failure);
  }
}

const deadlockDetected = "40P01";

const lockPlaces = `select pg_advisory_xact_lock(number) from (
  select distinct hashtextextended(place, 0) as number
  from unnest($1::text[]) as place order by 1) as sorted`;

/**
 * Two transactions that touch the same documents in opposite order would wait for each other until PostgreSQL
 * ends one, a second later. So writes of several rows first lock their scopes, in one order for all; writes
 * of one row hold nothing while they wait, and need no lock. What deadlocks all the same (an erasure of
 * everything) is tried again.
 */
async function inTransactionWithRetries(connect: () => Promise<PoolClient>, steps: readonly WriteStep[]) {
  const places = steps.map(({ place }) => place);
  for (let attempt = 1; ; attempt++) {
    try {
      return await inTransaction(await connect(), async (client) => {
        await client.query(lockPlaces, [places]);
        return runSteps(client, steps);
      });
    } catch (error) {
      if (codeOf(error) !== deadlockDetected || attempt > stateLimits.deadlockRetries) throw error;
    }
  }
}

async function runSteps(
  client: Client,
  steps: readonly WriteStep[],
): Promise<readonly unknown[] | undefined> {
  let rows: readonly unknown[] = [];
  for (const step of steps) {
    const outcome = await run(client, step);
    if ((outcome.rowCount ?? 0) < step.leastRows) return undefined;
    rows = outcome.rows;
  }
  return rows;
}

/** PostgreSQL numbers its parameters. No statement has a question mark of its own. */
function run(client: Client, { text, parameters }: Statement) {
  let number = 0;
  return client.query(
    text.replaceAll("?", () => `$${++number}`),
    [...parameters],
  );
}

/** Codes of https://www.postgresql.org/docs/current/errcodes-appendix.html */
const problems: Readonly<Record<string, StateProblem>> = {
  "53100": "DiskFull",
  "25006": "ReadOnly",
};

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function stateErrorOf(cause: unknown): Error {
  if (cause instanceof StateError) return cause;
  const problem = problems[codeOf(cause)] ?? "Unavailable";
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new StateError(problem, `state store PostgreSQL: ${reason}`, { cause });
}

function fail(error: unknown): never {
  throw stateErrorOf(error);
}
