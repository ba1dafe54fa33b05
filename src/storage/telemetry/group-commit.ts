// Group commit: appends of one table are collected into batches, each one INSERT, and answered when it is
// stored.
import { randomUUID } from "node:crypto";
import { begin } from "../../core/begin.ts";
import { TelemetryError } from "../telemetry.ts";
import type { BlockInsert } from "./driver.ts";
import { telemetryLimits } from "./limits.ts";
import { blockStructure, createBlockBuilder } from "./native-block.ts";
import { createPermits } from "./permits.ts";
import type { Pace, Permits } from "./permits.ts";
import type { AnyTable } from "./render-schema.ts";
import type { Column } from "./table.ts";

type Columns = Readonly<Record<string, Column>>;

/**
 * An INSERT costs the engine about 10 ms of CPU whether it carries one row or a thousand, and a frame in the
 * journal before the embedded engine a sync of the disk, so rows wait for company. A table that was quiet is
 * written at once; each further batch of a table costs a permit, at the pace of the driver; a batch that has
 * grown large needs none. One batch per table is under way at a time, so under load the next is what arrived
 * meanwhile.
 *
 * The batch, not the append, is what is sent again after the engine died: with its token and the same bytes.
 * An append belongs to one batch for ever, so it can never be stored twice, and a batch of which only some
 * partitions were stored is completed, because the engine remembers tokens for each partition.
 */
export interface GroupCommit {
  append(table: string, columns: Columns): Promise<void>;
  /** Resolves when everything that was appended before has been answered. */
  drain(): Promise<void>;
  waiting(): { readonly rows: number; readonly bytes: number };
  insertedRows(): number;
}

interface Batch {
  readonly insert: BlockInsert;
  readonly settle: Settle;
}

interface Settle {
  readonly committed: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

export function createGroupCommit(
  tables: Readonly<Record<string, AnyTable>>,
  send: (insert: BlockInsert) => Promise<void>,
  pace: Pace,
): GroupCommit {
  const queues = new Map<string, TableQueue>();
  const all = (measure: (queue: TableQueue) => number) =>
    [...queues.values()].reduce((sum, queue) => sum + measure(queue), 0);
  const waiting = () => ({ rows: all((queue) => queue.rows), bytes: all((queue) => queue.bytes) });

  return {
    // No async function: those hold on to what they were called with until they end.
    append: (name, columns) =>
      begin(() => {
        const table = tables[name];
        if (table === undefined) throw new TypeError(`no telemetry table ${name}`);
        const { rows, bytes } = waiting();
        if (rows > telemetryLimits.waitingRows || bytes > telemetryLimits.waitingBytes) {
          throw new TelemetryError("Overloaded", `${rows} rows (${bytes} bytes) wait to be stored already`);
        }
        const queue = queues.get(name) ?? new TableQueue(table, send, pace);
        queues.set(name, queue);
        return queue.append(columns);
      }),
    async drain() {
      await Promise.all([...queues.values()].map((queue) => queue.drain()));
    },
    waiting,
    insertedRows: () => all((queue) => queue.insertedRows),
  };
}

class TableQueue {
  insertedRows = 0;
  readonly #table: AnyTable;
  readonly #send: (insert: BlockInsert) => Promise<void>;
  readonly #builder: ReturnType<typeof createBlockBuilder>;
  readonly #permits: Permits;
  /** The settlement of the batch that is being collected. */
  #collecting: Settle | undefined;
  #closed: Batch[] = [];
  #closedRows = 0;
  #closedBytes = 0;
  #sending = false;
  #wake: NodeJS.Timeout | undefined;
  #wakeIsUrgent = false;

  constructor(table: AnyTable, send: (insert: BlockInsert) => Promise<void>, pace: Pace) {
    this.#permits = createPermits(pace);
    this.#table = table;
    this.#send = send;
    this.#builder = createBlockBuilder(table);
  }

  get rows(): number {
    return this.#builder.rows + this.#closedRows;
  }

  get bytes(): number {
    return this.#builder.bytes + this.#closedBytes;
  }

  append(columns: Columns): Promise<void> {
    const rows = this.#builder.append(columns);
    if (rows === 0) return Promise.resolve();
    this.#collecting ??= createSettle();
    const { committed } = this.#collecting;
    const { rows: collected, bytes } = this.#builder;
    if (collected >= telemetryLimits.batchRows || bytes >= telemetryLimits.batchBytes) this.#closeBatch();
    this.#schedule();
    return committed;
  }

  /** Batches are answered in their order, so the youngest one stands for all. */
  async drain(): Promise<void> {
    const youngest = this.#collecting ?? this.#closed.at(-1)?.settle;
    await youngest?.committed.catch(() => undefined);
  }

  #closeBatch(): void {
    const settle = this.#collecting;
    if (settle === undefined) return;
    const { name, columns } = this.#table;
    const { rows } = this.#builder;
    const block = this.#builder.finish();
    const insert = { table: name, columns: Object.keys(columns), structure: blockStructure(columns) };
    this.#closed.push({ insert: { ...insert, block, rows, token: randomUUID() }, settle });
    this.#closedRows += rows;
    this.#closedBytes += block.length;
    this.#collecting = undefined;
  }

  #schedule(): void {
    if (this.#sending) return;
    const { rows, bytes } = this.#builder;
    const { pressureRows, pressureBytes } = telemetryLimits;
    const urgent = this.#closed.length > 0 || rows >= pressureRows || bytes >= pressureBytes;
    if (!urgent && this.#collecting === undefined) return;
    if (this.#wake !== undefined && (this.#wakeIsUrgent || !urgent)) return;
    clearTimeout(this.#wake);
    this.#wakeIsUrgent = urgent;
    this.#wake = setTimeout(
      () => {
        this.#wake = undefined;
        void this.#flush();
      },
      urgent ? 0 : this.#permits.waitMs(),
    );
  }

  async #flush(): Promise<void> {
    this.#permits.take();
    if (this.#closed.length === 0) this.#closeBatch();
    const [batch] = this.#closed;
    if (batch === undefined) return;
    this.#sending = true;
    const outcome = await this.#send(batch.insert).then(
      () => ({ stored: true as const }),
      (reason: unknown) => ({ stored: false as const, reason }),
    );
    this.#sending = false;
    this.#closed.shift();
    this.#closedRows -= batch.insert.rows;
    this.#closedBytes -= batch.insert.block.length;
    if (outcome.stored) {
      this.insertedRows += batch.insert.rows;
      batch.settle.resolve();
    } else {
      batch.settle.reject(outcome.reason);
    }
    this.#schedule();
  }
}

function createSettle(): Settle {
  let resolve: () => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const committed = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { committed, resolve, reject };
}
