// Statement texts with their bounds: settings always as a clause, for on a connection they would leak.
import type { BlockInsert, StatementBounds } from "./driver.ts";
import { unpackFunction } from "./sealed-blocks/unpack-module.ts";
import { openingFunction } from "./sealed-texts.ts";

type Settings = Readonly<Record<string, string | number>>;

/** https://clickhouse.com/docs/operations/settings/query-complexity */
function boundSettings(bounds: StatementBounds, tag: string): Settings {
  return {
    max_execution_time: Math.max(1, Math.ceil(bounds.timeoutMs / 1000)),
    max_memory_usage: bounds.maxMemoryBytes,
    log_comment: `'${tag}'`,
  };
}

/**
 * A statement that opens what is sealed works in memory alone, or fails: large sorts, groups and joins would
 * be written into temporary files as they are.
 * https://clickhouse.com/docs/sql-reference/statements/select/group-by#group-by-in-external-memory
 */
const inMemory: Settings = {
  max_bytes_ratio_before_external_group_by: 0,
  max_bytes_ratio_before_external_sort: 0,
  max_bytes_ratio_before_external_join: 0,
};

/**
 * How many of the events of blocks are worked on at once: as many as fit into a processor's cache, and so
 * many that the steps of a statement cost little. Unpacking has memory for what the engine reads at once:
 * about a megabyte, of which a thirty-second may be packed.
 * https://clickhouse.com/docs/operations/settings/settings#max_block_size
 */
const unpacking: Settings = { max_block_size: 8_192, webassembly_udf_max_memory: 256 * 1024 * 1024 };

/** A SELECT that answers with a JSON object per line; 64-bit integers, nan and inf come as strings. */
export function selectText(text: string, bounds: StatementBounds, tag: string): string {
  const format = bounds.withProgress === true ? "JSONEachRowWithProgress" : "JSONEachRow";
  return `${text}\nFORMAT ${format}\n${clause({
    ...boundSettings(bounds, tag),
    ...(text.includes(openingFunction) ? inMemory : {}),
    ...(text.includes(unpackFunction) ? unpacking : {}),
    max_result_rows: bounds.maxRows,
    max_result_bytes: bounds.maxResultBytes,
    result_overflow_mode: "'throw'",
    output_format_json_quote_64bit_integers: 1,
    output_format_json_quote_denormals: 1,
    output_format_json_escape_forward_slashes: 0,
  })}`;
}

/**
 * Any other statement. Only those that read rows take bounds; the rest (TRUNCATE, CREATE ...) stand alone.
 */
export function commandText(text: string, bounds: StatementBounds, tag: string): string {
  return /^\s*(INSERT|DELETE)\b/i.test(text) ? `${text}\n${clause(boundSettings(bounds, tag))}` : text;
}

/**
 * The settings of a batch: one thread, so that the block stays one block and one token per partition; late
 * data may touch any number of partitions.
 */
export function insertSettings(insert: Pick<BlockInsert, "token">, timeoutMs: number): Settings {
  return {
    insert_deduplication_token: `'${insert.token}'`,
    max_execution_time: Math.ceil(timeoutMs / 1000),
    max_partitions_per_insert_block: 0,
    max_threads: 1,
    max_insert_threads: 1,
  };
}

export function clause(settings: Settings): string {
  const items = Object.entries(settings).map(([key, value]) => `${key} = ${value}`);
  return `SETTINGS ${items.join(", ")}`;
}
