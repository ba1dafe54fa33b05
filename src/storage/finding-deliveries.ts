// Audit findings of data protection on their way to Firehose: a durable queue, delivered at least once.
import { arrivalKey } from "./arrival-key.ts";
import { createDueQueue, type DueQueue, type Taken } from "./due-queue.ts";
import type { State } from "./state.ts";

/** Reports for one delivery stream, as many as one call takes. */
export interface FindingDelivery {
  readonly account: string;
  readonly region: string;
  /** Where the sensitive data was found. */
  readonly logGroupArn: string;
  /** The name of it, in the same account and region. */
  readonly deliveryStream: string;
  /** JSON, one for each event. */
  readonly records: readonly string[];
}

interface QueuedFindings {
  readonly delivery: FindingDelivery;
  readonly attempts: number;
}

export type TakenFindings = Taken<QueuedFindings>;

/** Resolves when the stream has the records; the error of a rejection says what it answered. */
export type SendRecords = (
  delivery: FindingDelivery,
  options: { readonly now: number; readonly signal: AbortSignal },
) => Promise<void>;

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html */
const batchLimits = { records: 500, bytes: 1_048_576 } as const;

const collection = "log-finding-deliveries";
/** One for all accounts: who delivers looks in a single place. */
const scope = "";

/** Resolves when the records are in the queue. */
export async function queueFindings(state: State, delivery: FindingDelivery, now: number): Promise<void> {
  const queue = state.collection<QueuedFindings>(collection);
  for (const records of batchesOf(delivery.records)) {
    await queue.put(scope, arrivalKey(now), { delivery: { ...delivery, records }, attempts: 0 }, now);
  }
}

function batchesOf(records: readonly string[]): readonly (readonly string[])[] {
  const batches: string[][] = [];
  let bytes = 0;
  for (const record of records) {
    const size = Buffer.byteLength(record);
    const last = batches.at(-1);
    if (last !== undefined && last.length < batchLimits.records && bytes + size <= batchLimits.bytes) {
      last.push(record);
      bytes += size;
    } else {
      batches.push([record]);
      bytes = size;
    }
  }
  return batches;
}

export interface FindingDeliveries extends DueQueue<QueuedFindings> {
  /** Takes it out of the queue: it arrived, or was given up. */
  settle(taken: TakenFindings): Promise<void>;
  retry(taken: TakenFindings, dueAt: number): Promise<void>;
}

export function createFindingDeliveries(state: State): FindingDeliveries {
  const queue = state.collection<QueuedFindings>(collection);
  return {
    ...createDueQueue(queue, scope),
    async settle({ document: { key, version } }) {
      await queue.delete(scope, key, version);
    },
    async retry({ document, attempts }, dueAt) {
      const value = { ...document.value, attempts: attempts + 1 };
      await queue.replace(scope, document.key, value, document.version, dueAt);
    },
  };
}
