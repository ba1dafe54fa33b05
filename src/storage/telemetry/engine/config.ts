// The configuration file of the embedded engine: small caches, few threads, and a ceiling of memory.
import { availableParallelism } from "node:os";

const mebibyte = 1024 * 1024;

/**
 * Server settings: https://clickhouse.com/docs/operations/server-configuration-parameters/settings. The
 * engine's defaults are made for a machine of its own (caches of gigabytes, 90 % of the memory).
 */
const serverSettings = {
  max_server_memory_usage: 640 * mebibyte,
  mark_cache_size: 24 * mebibyte,
  primary_index_cache_size: 24 * mebibyte,
  index_mark_cache_size: 8 * mebibyte,
  index_uncompressed_cache_size: 0,
  uncompressed_cache_size: 0,
  query_condition_cache_size: 4 * mebibyte,
  compiled_expression_cache_size: 8 * mebibyte,
  mmap_cache_size: 16,
  background_pool_size: 2,
  background_schedule_pool_size: 4,
  background_common_pool_size: 2,
  background_move_pool_size: 1,
  background_fetches_pool_size: 1,
  background_buffer_flush_schedule_pool_size: 1,
  background_distributed_schedule_pool_size: 1,
  background_message_broker_schedule_pool_size: 1,
  max_thread_pool_size: 64,
  max_thread_pool_free_size: 24, // a thread made anew for each statement costs 1 ms of CPU
  max_io_thread_pool_size: 8,
  allow_experimental_webassembly_udf: 1, // sealed-blocks
  tables_loader_foreground_pool_size: 2,
  tables_loader_background_pool_size: 1,
} as const;

/** Days and hours are UTC in every partition and every function, wherever the machine stands. */
export function engineConfig(): string {
  const items = Object.entries(serverSettings).map(([key, value]) => `  <${key}>${value}</${key}>`);
  return `<clickhouse>\n  <timezone>UTC</timezone>\n${items.join("\n")}\n</clickhouse>\n`;
}

/**
 * A query gets a thread more for each so much memory that is free. The engine's default of 1 GiB would leave
 * every query one thread, since all of its memory is less.
 * https://clickhouse.com/docs/operations/settings/settings#max_threads_min_free_memory_per_thread
 */
const freeBytesPerThread = 64 * mebibyte;

/** All queries together shall not need more threads than the engine's pool has. */
const queryThreads = Math.min(availableParallelism(), 4);

/** What each connection to the engine is opened with; `queryBytes` is the longest text of a statement. */
export function engineArguments(configFile: string, queryBytes: number): readonly string[] {
  return [
    `--config-file=${configFile}`,
    `--max_query_size=${queryBytes}`,
    `--max_threads=${queryThreads}`,
    `--max_threads_min_free_memory_per_thread=${freeBytesPerThread}`,
    // Joins are made in the order in which they are written: an order of the engine's own loses the keys of
    // some that stand inside of others, and the statement fails (INVALID_JOIN_ON_EXPRESSION).
    "--query_plan_optimize_join_order_limit=0",
  ];
}
