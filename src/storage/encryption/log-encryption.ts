// The data keys of log groups: what seals their events on the way into telemetry, and opens them in reads.
import type { Change, Collection, State } from "../state.ts";
import type { Telemetry } from "../telemetry.ts";
import { installUnpacking } from "../telemetry/sealed-blocks/install-unpacking.ts";
import {
  plainLogEvents,
  sealedLogEvents,
  type LogEventSource,
  type OpenDataKey,
} from "../telemetry/log-event-source.ts";
import { seal, sealsPerKey } from "./envelope.ts";
import { KeyUnavailableError } from "./key-errors.ts";
import type { Keyring, SealedDataKey } from "./keyring.ts";

/** As it is stored; its key in state is the group's number and its own. */
interface StoredDataKey extends SealedDataKey {
  /** How many events it may have sealed: written before it seals them, so that a crash forgets none. */
  readonly reserved: number;
}

interface GroupDataKey {
  readonly id: number;
  readonly groupId: number;
  readonly stored: SealedDataKey;
  /** How many of the reserved ones it may yet seal in this process. */
  left: number;
  plain: Buffer | undefined;
}

/** Seals what is stored of a batch of events. */
export interface LogEventSealer {
  readonly dataKeyId: number;
  /** Whether many events are to be packed and sealed in one. */
  readonly inBlocks: boolean;
  /** The context is needed again to open it; no two that a data key has sealed have the same. */
  readonly seal: (context: string, text: string | Uint8Array) => Uint8Array;
}

const reservedAtOnce = 2 ** 20;
const collectionName = "log-data-keys";
const pageSize = 1_000;

const keyOf = (groupId: number, id: number) => `${groupId}/${id}`;
const contextOf = (groupId: number, id: number) => `log-group ${groupId} data-key ${id}`;

/**
 * A group has a data key for each key, and version of a key, that it was ever associated with, and a new one
 * when the old has sealed as much as it may. All of them are in memory, sealed; a group that has none costs a
 * look into a map.
 */
export class LogEncryption {
  readonly keyring: Keyring;
  readonly #state: State;
  readonly #stored: Collection<StoredDataKey>;
  readonly #byGroup = new Map<number, GroupDataKey[]>();
  readonly #changing = new Map<number, Promise<unknown>>();

  readonly #unpackingIn: Telemetry | undefined;

  private constructor(state: State, keyring: Keyring, unpackingIn: Telemetry | undefined) {
    this.keyring = keyring;
    this.#unpackingIn = unpackingIn;
    this.#state = state;
    this.#stored = state.collection<StoredDataKey>(collectionName);
  }

  /**
   * `unpackingIn` is a telemetry whose engine can be given a function: its events are packed before they are
   * sealed. Others are sealed one by one, as they are.
   */
  static async open(state: State, keyring: Keyring, unpackingIn?: Telemetry): Promise<LogEncryption> {
    const opened = new LogEncryption(state, keyring, unpackingIn);
    keyring.onChange(() => opened.#load());
    await opened.#load();
    return opened;
  }

  /** The keys as they are now, also when another server has changed them. */
  async currentKeyring(): Promise<Keyring> {
    await this.keyring.refresh();
    return this.keyring;
  }

  /** What a read of these groups selects from. It asks for the state of each key at this moment. */
  async sourceOf(groupIds: readonly number[]): Promise<LogEventSource> {
    await this.currentKeyring();
    const dataKeys = groupIds.flatMap((groupId) => this.#byGroup.get(groupId) ?? []);
    if (dataKeys.length === 0) return plainLogEvents;
    const open: OpenDataKey[] = [];
    const unavailable: { dataKeyId: number; problem: KeyUnavailableError }[] = [];
    for (const dataKey of dataKeys) {
      try {
        open.push({ id: dataKey.id, plain: this.#plain(dataKey) });
      } catch (problem) {
        if (!(problem instanceof KeyUnavailableError)) throw problem;
        unavailable.push({ dataKeyId: dataKey.id, problem });
      }
    }
    const hasBlocks = await this.#installUnpacking();
    return sealedLogEvents({
      groupIds: [...new Set(dataKeys.map(({ groupId }) => groupId))],
      open,
      unavailable,
      hasBlocks,
    });
  }

  /**
   * For a batch of as many events.
   * @throws KeyUnavailableError
   */
  async sealerOf(groupId: number, keyArn: string, events: number): Promise<LogEventSealer> {
    await this.currentKeyring();
    const dataKey = this.#takeFrom(groupId, keyArn, events) ?? (await this.#refill(groupId, keyArn, events));
    const plain = this.#plain(dataKey);
    return {
      dataKeyId: dataKey.id,
      // Before anything is packed it is known that it can be unpacked.
      inBlocks: await this.#installUnpacking(),
      seal: (context, text) => seal(plain, text, context),
    };
  }

  /** The ARN of the youngest key under which events of the group are sealed and can be opened now. */
  usableKeyOf(groupId: number): string | undefined {
    const keys = (this.#byGroup.get(groupId) ?? []).map(({ stored }) => stored.keyArn);
    return keys.findLast((arn) => this.keyring.find(arn)?.state === "Enabled");
  }

  /** To be written in one with the deletion of a group: without its data keys nothing of it can be read. */
  deletionsOf(groupId: number): readonly Change[] {
    return (this.#byGroup.get(groupId) ?? []).map(({ id }) => {
      return { kind: "delete", collection: collectionName, scope: "", key: keyOf(groupId, id) };
    });
  }

  /** The data keys of a deleted group; of all groups after `eraseDocuments`, and the keys with them. */
  forget(groupId?: number): void {
    if (groupId !== undefined) this.#byGroup.delete(groupId);
    else {
      this.#byGroup.clear();
      this.keyring.forget();
    }
  }

  async #installUnpacking(): Promise<boolean> {
    if (this.#unpackingIn === undefined) return false;
    await installUnpacking(this.#unpackingIn);
    return true;
  }

  #plain(dataKey: GroupDataKey): Buffer {
    this.keyring.requireUsable(dataKey.stored.keyArn);
    dataKey.plain ??= this.keyring.openDataKey(dataKey.stored, contextOf(dataKey.groupId, dataKey.id));
    return dataKey.plain;
  }

  /** The group's data key under the newest version of the key. */
  #current(groupId: number, keyArn: string): GroupDataKey | undefined {
    const version = this.keyring.currentVersion(keyArn);
    return (this.#byGroup.get(groupId) ?? []).findLast(
      ({ stored }) => stored.keyArn === keyArn && stored.keyVersion === version,
    );
  }

  #takeFrom(groupId: number, keyArn: string, events: number): GroupDataKey | undefined {
    const current = this.#current(groupId, keyArn);
    if (current === undefined || current.left < events) return undefined;
    current.left -= events;
    return current;
  }

  /** One change of a group's data keys at a time. */
  async #refill(groupId: number, keyArn: string, events: number): Promise<GroupDataKey> {
    for (;;) {
      const changing = this.#changing.get(groupId);
      if (changing === undefined) {
        const change = this.#reserve(groupId, keyArn, events).finally(() => this.#changing.delete(groupId));
        this.#changing.set(groupId, change);
        return change;
      }
      await changing.catch(() => undefined); // it is told to whoever began it
      const taken = this.#takeFrom(groupId, keyArn, events);
      if (taken !== undefined) return taken;
    }
  }

  async #reserve(groupId: number, keyArn: string, events: number): Promise<GroupDataKey> {
    const more = Math.max(reservedAtOnce, events);
    const current = this.#current(groupId, keyArn);
    const key = keyOf(groupId, current?.id ?? 0);
    for (;;) {
      const found = current === undefined ? undefined : await this.#stored.get("", key);
      const reserved = (found?.value.reserved ?? 0) + more;
      if (current === undefined || found === undefined || reserved > sealsPerKey) {
        return this.#newDataKey(groupId, keyArn, more, events);
      }
      // Another server may reserve of the same data key.
      if (await this.#stored.replace("", key, { ...found.value, reserved }, found.version)) {
        current.left += more - events;
        return current;
      }
    }
  }

  async #newDataKey(groupId: number, keyArn: string, reserved: number, events: number) {
    this.keyring.requireUsable(keyArn);
    const id = await this.#state.nextNumber("log-data-key");
    const { plain, ...sealed } = this.keyring.newDataKey(keyArn, contextOf(groupId, id));
    const stored = { ...sealed, reserved };
    const place = { collection: collectionName, scope: "", key: keyOf(groupId, id) };
    await this.#state.write([{ kind: "put", ...place, value: stored }, this.keyring.changed]);
    const made = { id, groupId, stored, left: reserved - events, plain };
    this.#byGroup.set(groupId, [...(this.#byGroup.get(groupId) ?? []), made]);
    return made;
  }

  async #load(): Promise<void> {
    for (let after: string | undefined; ;) {
      const options = { limit: pageSize, ...(after === undefined ? {} : { after: { key: after } }) };
      const page = await this.#stored.list("", options);
      for (const { key, value } of page) this.#note(key, value);
      after = page.at(-1)?.key;
      if (page.length < pageSize) return;
    }
  }

  #note(key: string, stored: StoredDataKey): void {
    const [groupId = 0, id = 0] = key.split("/").map(Number);
    const others = this.#byGroup.get(groupId) ?? [];
    if (others.some((known) => known.id === id)) return;
    const dataKey = { id, groupId, stored, left: 0, plain: undefined };
    this.#byGroup.set(
      groupId,
      [...others, dataKey].toSorted((left, right) => left.id - right.id),
    );
  }
}
