// Event buses in state: one document each, the default bus included once somebody looks.
import { ConcurrentModificationException } from "@aws-sdk/client-eventbridge";
import { busReference, defaultBusName, type BusPolicy } from "../../core/events/event-bus.ts";
import type { Collection, Document } from "../../storage/state.ts";
import { modelled } from "../../wire/service.ts";
import type { EventBridgeContext } from "./context.ts";
import { busNotFound, validationError } from "./errors.ts";

/** Instants are epoch milliseconds. */
export interface StoredBus {
  readonly description?: string;
  readonly deadLetterArn?: string;
  readonly policy?: BusPolicy;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: number;
  readonly modifiedAt: number;
}

export function busesOf({ dependencies }: EventBridgeContext): Collection<StoredBus> {
  return dependencies.state.collection<StoredBus>("event-buses");
}

export function scopeOf({ call }: EventBridgeContext): string {
  return `${call.account}/${call.region}`;
}

/** Every account has a default bus in every region; it is written down at the first look at the buses. */
export async function ensureDefaultBus(context: EventBridgeContext): Promise<void> {
  const buses = busesOf(context);
  const scope = scopeOf(context);
  if ((await buses.get(scope, defaultBusName)) !== undefined) return;
  const { now } = context.call;
  await buses.create(scope, defaultBusName, { tags: {}, createdAt: now, modifiedAt: now });
}

/** @throws ResourceNotFoundException */
export async function requireBus(
  context: EventBridgeContext,
  nameOrArn: string | undefined,
): Promise<Document<StoredBus>> {
  const { name, account, region } = busReference(nameOrArn);
  const elsewhere =
    (account !== undefined && account !== context.call.account) ||
    (region !== undefined && region !== context.call.region);
  if (elsewhere) throw validationError(`Event bus ${nameOrArn} is not in this account and region.`);
  if (name === defaultBusName) await ensureDefaultBus(context);
  const bus = await busesOf(context).get(scopeOf(context), name);
  if (bus === undefined) throw busNotFound(name);
  return bus;
}

/** How often a change that races another one of the same bus is made again. */
const attempts = 10;

/**
 * Changes a bus with what `change` makes of it; `change` may throw, and may run again.
 * @throws ResourceNotFoundException, ConcurrentModificationException
 */
export async function changeBus(
  context: EventBridgeContext,
  nameOrArn: string | undefined,
  change: (bus: StoredBus, name: string) => StoredBus,
): Promise<Document<StoredBus>> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const bus = await requireBus(context, nameOrArn);
    const value = { ...change(bus.value, bus.key), modifiedAt: context.call.now };
    if (await busesOf(context).replace(bus.scope, bus.key, value, bus.version)) return { ...bus, value };
  }
  throw modelled(ConcurrentModificationException, "Event bus is being modified by another call.");
}
