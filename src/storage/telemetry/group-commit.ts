// Group commit: appends of one table are collected into batches, each one INSERT, and answered when it is
// stored.
import { randomUUID } from "node:crypto";
import { begin } from "../../core/begin.ts";
import { TelemetryError } from "../telemetry.ts";
import type { BlockInsert, SealBatch } from "./driver.ts";
import { telemetryLimits } from "./limits.ts";
import { blockStructure, createBlockBuilder } from "./native-block.ts";
import { createPermits } from "./permits.ts";
import type { Pace, Permits } from "./permits.ts";
import type { AnyTable } from "./render-schema.ts";
import type { Column } from "./table.ts";

type Columns = Readonly<Record<string, Column>>;

/**
 * An INSERT costs the engine about 10 ms of CPU whether it carries one row or a thousand, so rows wait for
 * company. Where the driver has a pace, a table that was quiet is written at once; each further batch of a
 * table costs a permit; a batch that has grown large needs none. One batch per table is under way at a time,
 * so under load the next is what arrived meanwhile. Where it has none, every table offers what it has, and a
 * batch takes rows until the driver seals it.
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
  send: (seal: SealBatch) => Promise<void>,
  pace: Pace | undefined,
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
  readonly #send: (seal: SealBatch) => Promise<void>;
  readonly #builder: ReturnType<typeof createBlockBuilder>;
  readonly #permits: Permits | undefined;
  /** The settlement of the batch that is being collected. */
  #collecting: Settle | undefined;
  /** What takes no more rows and is not answered; those in front are sealed. */
  readonly #closed: Batch[] = [];
  #closedRows = 0;
  #closedBytes = 0;
  #sealed = 0;
  /** Batches that the driver may seal. */
  #offered = 0;
  #wake: NodeJS.Timeout | undefined;
  #wakeIsUrgent = false;

  constructor(table: AnyTable, send: (seal: SealBatch) => Promise<void>, pace: Pace | undefined) {
    this.#permits = pace && createPermits(pace);
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
    this.#goOn();
    return committed;
  }

  async drain(): Promise<void> {
    const collecting = this.#collecting === undefined ? [] : [this.#collecting];
    const waiting = [...this.#closed.map(({ settle }) => settle), ...collecting];
    await Promise.allSettled(waiting.map(({ committed }) => committed));
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

  #goOn(): void {
    if (this.#permits !== undefined) {
      this.#schedule(this.#permits);
      return;
    }
    while (this.#offered < this.#unsealed) void this.#offer();
  }

  get #unsealed(): number {
    return this.#closed.length - this.#sealed + (this.#collecting === undefined ? 0 : 1);
  }

  #schedule(permits: Permits): void {
    if (this.#offered > 0 || this.#sealed > 0 || this.#unsealed === 0) return;
    const { rows, bytes } = this.#builder;
    const { pressureRows, pressureBytes } = telemetryLimits;
    const urgent = this.#closed.length > 0 || rows >= pressureRows || bytes >= pressureBytes;
    if (this.#wake !== undefined && (this.#wakeIsUrgent || !urgent)) return;
    clearTimeout(this.#wake);
    this.#wakeIsUrgent = urgent;
    this.#wake = setTimeout(
      () => {
        this.#wake = undefined;
        permits.take();
        void this.#offer();
      },
      urgent ? 0 : permits.waitMs(),
    );
  }

  async #offer(): Promise<void> {
    this.#offered += 1;
    let batch: Batch | undefined;
    const outcome = await this.#send(() => (batch = this.#seal()).insert).then(
      () => ({ stored: true as const }),
      (reason: unknown) => ({ stored: false as const, reason }),
    );
    const { insert, settle } = batch ?? this.#seal();
    this.#closed.splice(
      this.#closed.findIndex((closed) => closed.insert === insert),
      1,
    );
    this.#sealed -= 1;
    this.#closedRows -= insert.rows;
    this.#closedBytes -= insert.block.length;
    if (outcome.stored) {
      this.insertedRows += insert.rows;
      settle.resolve();
    } else {
      settle.reject(outcome.reason);
    }
    this.#goOn();
  }

  /** Ends the oldest batch that still takes rows. */
  #seal(): Batch {
    if (this.#sealed === this.#closed.length) this.#closeBatch();
    const batch = this.#closed[this.#sealed];
    if (batch === undefined) throw new Error("there is no batch to seal");
    this.#sealed += 1;
    this.#offered -= 1;
    return batch;
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
