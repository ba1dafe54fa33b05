// The tables behind the state port, and the migrations that bring a database to today's format.
import { StateError } from "./state-error.ts";

export type DatabaseName = "sqlite" | "postgres";

/** Statements that lead from the format before to this one; the first entry makes format 1. */
type Migration = (database: DatabaseName) => readonly string[];

/**
 * Text is compared by bytes of UTF-8, which SQLite calls BINARY (its default) and PostgreSQL "C".
 * `value` is JSON as text: PostgreSQL's jsonb cannot hold the escape of U+0000, and nobody queries inside.
 * The primary key serves lookups and listings by key, the partial index listings by rank.
 */
const migrations: readonly Migration[] = [
  (database) => {
    const text = database === "postgres" ? 'text collate "C"' : "text";
    const tail = database === "postgres" ? "" : " without rowid";
    return [
      `create table documents (
         collection ${text} not null, scope ${text} not null, key ${text} not null,
         version bigint not null default 1, rank double precision, value text not null,
         primary key (collection, scope, key))${tail}`,
      "create index documents_rank on documents (collection, scope, rank, key) where rank is not null",
      `create table sequences (name ${text} primary key, value bigint not null)${tail}`,
      "create table format (version integer not null)",
      "insert into format (version) values (0)",
    ];
  },
  /*
   * SQLite kept the rows in the tree of their key, where every comparison with a row that does not fit into a
   * quarter of a page reads all of it from pages of its own. Apart from the keys, rows share pages: ten
   * thousand alarms are changed in a third of the time.
   */
  (database) => (database === "sqlite" ? rowsApartFromKeys : []),
];

const rowsApartFromKeys = [
  "drop index documents_rank",
  "alter table documents rename to documents_by_key",
  `create table documents (
     collection text not null, scope text not null, key text not null,
     version bigint not null default 1, rank double precision, value text not null,
     primary key (collection, scope, key))`,
  `insert into documents (collection, scope, key, version, rank, value)
     select collection, scope, key, version, rank, value from documents_by_key`,
  "drop table documents_by_key",
  "create index documents_rank on documents (collection, scope, rank, key) where rank is not null",
];

/** The format that this build writes. */
export const stateFormat = migrations.length;

/**
 * What to run on a database of format `found` (0: empty) in one transaction, the new format number included.
 * Throws a `StateError` when the database is newer than this build.
 */
export function migrationStatements(database: DatabaseName, found: number, place: string): readonly string[] {
  if (found > stateFormat) {
    throw new StateError(
      "NewerFormat",
      `${place} was written by a newer Groundwatch (state format ${found}, this one knows ${stateFormat}): ` +
        "start that version, or name another place",
    );
  }
  if (found === stateFormat) return [];
  const steps = migrations.slice(found).flatMap((migration) => migration(database));
  return [...steps, `update format set version = ${stateFormat}`];
}
