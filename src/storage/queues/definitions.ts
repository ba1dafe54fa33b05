// Definitions of queues in state, all in one scope so that those who look after messages find every queue.
import type { QueueName, StoredQueue } from "../../core/queues/queue.ts";
import type { Queue, Queues } from "../queues.ts";
import type { Document, State } from "../state.ts";

export type Definitions = Pick<Queues, "find" | "create" | "change" | "delete" | "list"> & {
  all(): AsyncIterable<Queue>;
};

export const messagesCollection = "queue-messages";
export const deduplicationCollection = "queue-deduplication";

const everywhere = "";
const pageSize = 500;

export function createDefinitions(state: State): Definitions {
  const queues = state.collection<StoredQueue>("queues");
  const definitions: Definitions = {
    async find(name) {
      const found = await queues.get(everywhere, keyOf(name));
      return found && queueOf(found);
    },
    async create(name, definition) {
      const number = await state.nextNumber("queue");
      const created = await queues.create(everywhere, keyOf(name), { number, ...definition });
      return created ? { ...name, number, ...definition, version: 1 } : undefined;
    },
    change(queue, definition) {
      const { account: _account, region: _region, name: _name, version, ...stored } = queue;
      return queues.replace(everywhere, keyOf(queue), { ...stored, ...definition }, version);
    },
    async delete(name) {
      const found = await queues.get(everywhere, keyOf(name));
      if (found === undefined) return false;
      const { number } = found.value;
      return state.write([
        {
          kind: "delete",
          collection: "queues",
          scope: everywhere,
          key: found.key,
          version: found.version,
        },
        ...emptyQueue(number),
      ]);
    },
    async list({ account, region }, { prefix = "", after, limit }) {
      const place = `${account}/${region}/`;
      const found = await queues.list(everywhere, {
        prefix: place + prefix,
        limit,
        ...(after === undefined ? {} : { after: { key: place + after } }),
      });
      return found.map(queueOf);
    },
    async *all() {
      let last: string | undefined;
      for (;;) {
        const after = last === undefined ? {} : { after: { key: last } };
        const page = await queues.list(everywhere, { limit: pageSize, ...after });
        yield* page.map(queueOf);
        last = page.at(-1)?.key;
        if (page.length < pageSize) return;
      }
    },
  };
  return definitions;
}

/** The changes that take every message of a queue away. */
export function emptyQueue(number: number) {
  const scopes = [
    [messagesCollection, visibleScope(number)],
    [messagesCollection, delayedScope(number)],
    [deduplicationCollection, visibleScope(number)],
  ] as const;
  return scopes.map(([collection, scope]) => ({ kind: "deleteScope", collection, scope }) as const);
}

export function visibleScope(number: number): string {
  return String(number);
}

/** Messages whose delay is not over are kept apart, so that they can be counted and are in nobody's way. */
export function delayedScope(number: number): string {
  return `${number}/delayed`;
}

function keyOf({ account, region, name }: QueueName): string {
  return `${account}/${region}/${name}`;
}

function queueOf({ key, value, version }: Document<StoredQueue>): Queue {
  const [account = "", region = "", name = ""] = key.split("/");
  return { ...value, account, region, name, version };
}
