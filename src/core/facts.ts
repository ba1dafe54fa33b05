// Facts: what one part of the system tells the others, once it has happened and is stored.

/** A log event as it was stored. `eventId` orders events of a group by time, then by arrival. */
export interface StoredLogEvent {
  readonly eventId: string;
  readonly timestamp: number;
  readonly ingestedAt: number;
  readonly message: string;
  /** What the group's transformer made of it, as JSON. */
  readonly transformed?: string;
}

export interface LogEventsAccepted {
  readonly kind: "LogEventsAccepted";
  readonly account: string;
  readonly region: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly events: readonly StoredLogEvent[];
}

/** Subscriptions to log events were put, deleted or made to go elsewhere. */
export interface LogSubscriptionsChanged {
  readonly kind: "LogSubscriptionsChanged";
}

/** Alarms or mute rules of an account and region were written by a caller: others may depend on them. */
export interface AlarmsChanged {
  readonly kind: "AlarmsChanged";
  readonly account: string;
  readonly region: string;
}

/** Actions wait in the queue of alarm actions (`storage/alarm-actions.ts`). */
export interface AlarmActionsQueued {
  readonly kind: "AlarmActionsQueued";
}

/** Deliveries wait in the outbox (`storage/outbox.ts`). */
export interface DeliveriesQueued {
  readonly kind: "DeliveriesQueued";
}

/** Findings wait for Firehose (`storage/finding-deliveries.ts`). */
export interface FindingsQueued {
  readonly kind: "FindingsQueued";
}

/** An event of a service of our own was stored on a bus; `event` is the whole event as JSON. */
export interface ServiceEventStored {
  readonly kind: "ServiceEventStored";
  readonly account: string;
  readonly region: string;
  readonly bus: string;
  readonly event: string;
}

/** Something was defined that a worker looks after: a detector, a metric stream. */
export interface WorkPlanned {
  readonly kind: "WorkPlanned";
}

/** Everything was erased (the `Reset` operation): caches must forget what they know. */
export interface WorldReset {
  readonly kind: "WorldReset";
}

/** The server is about to stop: answers without an end must end, for it waits for those under way. */
export interface ServerStopping {
  readonly kind: "ServerStopping";
}

export type Fact =
  | LogEventsAccepted
  | LogSubscriptionsChanged
  | DeliveriesQueued
  | AlarmsChanged
  | AlarmActionsQueued
  | FindingsQueued
  | ServerStopping
  | ServiceEventStored
  | WorkPlanned
  | WorldReset;

export type FactKind = Fact["kind"];

/** Delivers facts to those who listen, in the order of publication; a listener must not throw. */
export interface FactBoard {
  publish(fact: Fact): void;
  /** True when somebody listens: lets a hot path skip building a fact that nobody reads. */
  hasListeners(kind: FactKind): boolean;
  listen<Kind extends FactKind>(
    kind: Kind,
    listener: (fact: Extract<Fact, { kind: Kind }>) => void,
  ): () => void;
}

export function createFactBoard(): FactBoard {
  const listeners = new Map<FactKind, Set<(fact: never) => void>>();
  return {
    publish(fact) {
      for (const listener of listeners.get(fact.kind) ?? []) listener(fact as never);
    },
    hasListeners(kind) {
      return (listeners.get(kind)?.size ?? 0) > 0;
    },
    listen(kind, listener) {
      const set = listeners.get(kind) ?? new Set();
      listeners.set(kind, set);
      set.add(listener);
      return () => set.delete(listener);
    },
  };
}
