// The state port: definitions, leases and queues as versioned documents, with conditional writes.

/**
 * A stored value. `version` starts at 1 and grows by one with every write; `rank` is an optional second
 * order. Scope and key are at most 2,500 bytes together, without U+0000 and without half a surrogate pair.
 */
export interface Document<Value> {
  readonly scope: string;
  readonly key: string;
  readonly value: Value;
  readonly version: number;
  readonly rank?: number;
}

/**
 * One step of an atomic write; the whole write happens or none of it.
 * `create` needs the key to be free, `replace` and a `delete` with a version need that version to be current,
 * `put` and a `delete` without a version always succeed.
 */
export type Change =
  | { kind: "create" | "put"; collection: string; scope: string; key: string; value: unknown; rank?: number }
  | {
      kind: "replace";
      collection: string;
      scope: string;
      key: string;
      value: unknown;
      version: number;
      rank?: number;
    }
  | { kind: "delete"; collection: string; scope: string; key: string; version?: number }
  | { kind: "deleteScope"; collection: string; scope: string };

/**
 * A page of one scope, in the order of keys (by code point) or of ranks (ties by key). A document without a
 * rank is in no listing by rank and below no `maxRank`.
 */
export interface ListOptions {
  readonly order?: "key" | "rank";
  readonly descending?: boolean;
  /** Continue strictly behind this position, in the direction of the listing. */
  readonly after?: { readonly key: string; readonly rank?: number };
  readonly prefix?: string;
  /** Only keys that contain this text; case matters unless `ignoreCase`, which folds ASCII letters. */
  readonly contains?: string;
  readonly ignoreCase?: boolean;
  /** Only documents whose rank is at most this one (what is due by an instant). */
  readonly maxRank?: number;
  readonly limit: number;
}

/** A named set of documents of one type. Values must survive JSON. */
export interface Collection<Value> {
  readonly name: string;
  get(scope: string, key: string): Promise<Document<Value> | undefined>;
  getMany(scope: string, keys: readonly string[]): Promise<readonly Document<Value>[]>;
  list(scope: string, options: ListOptions): Promise<readonly Document<Value>[]>;
  /** How many documents a scope has; with `maxRank` only those whose rank is at most this one. */
  count(scope: string, maxRank?: number): Promise<number>;
  /** False when the key is taken. */
  create(scope: string, key: string, value: Value, rank?: number): Promise<boolean>;
  put(scope: string, key: string, value: Value, rank?: number): Promise<void>;
  /** False when `version` is no longer current. */
  replace(scope: string, key: string, value: Value, version: number, rank?: number): Promise<boolean>;
  /** False when there was nothing to delete, or `version` is no longer current. */
  delete(scope: string, key: string, version?: number): Promise<boolean>;
}

/**
 * Acknowledged means durable, for every write. Implementations: SQLite (embedded) and PostgreSQL (cluster).
 */
export interface State {
  /** This process among those that share the store; undefined where the store is this process's alone. */
  readonly node: string | undefined;
  collection<Value>(name: string): Collection<Value>;
  /** Applies all changes or none; false when a condition did not hold. */
  write(changes: readonly Change[]): Promise<boolean>;
  /** The next number of a named sequence: 1, 2, 3, ...; never given twice, survives `eraseDocuments`. */
  nextNumber(sequence: string): Promise<number>;
  /** Forgets every document of every collection; sequences go on. */
  eraseDocuments(): Promise<void>;
  close(): Promise<void>;
}
