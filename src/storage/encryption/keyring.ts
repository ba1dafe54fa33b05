// The keys of accounts, as AWS KMS would hold them: material that never leaves, in versions, on or off.
import { randomBytes, randomUUID } from "node:crypto";
import type { Change, Collection, State } from "../state.ts";
import { keyBytes, seal, unseal } from "./envelope.ts";
import { KeyUnavailableError } from "./key-errors.ts";
import type { MasterKey } from "./master-key.ts";

export type KeyState = "Enabled" | "Disabled" | "PendingDeletion";

/** As it is stored. Instants are epoch milliseconds. */
export interface EncryptionKey {
  readonly arn: string;
  readonly description: string;
  readonly createdAt: number;
  readonly state: KeyState;
  /** From this instant on the key is no more; only of a key that waits for its deletion. */
  readonly deletionAt?: number;
  /** The material, sealed by the master key; the last version seals what is new. */
  readonly versions: readonly { readonly createdAt: number; readonly sealed: string }[];
}

/** A key for data, beside the same key as it may be written down. */
export interface NewDataKey extends SealedDataKey {
  readonly plain: Buffer;
}

/** Can be opened only with this version of this key. */
export interface SealedDataKey {
  readonly keyArn: string;
  readonly keyVersion: number;
  /** Base64. */
  readonly sealed: string;
}

/** All keys are held in memory. */
export const maxKeys = 10_000;

const pageSize = 1_000;
const changesKey = "changes";

export interface KeyringOptions {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Whether other servers use the same state. */
  readonly isShared: boolean;
}

/**
 * Three layers, each sealed by the one above: the master key (a file) seals the material of keys, a key seals
 * data keys, a data key seals texts. A key that is switched off switches off what lies below it, since every
 * use asks for its state.
 *
 * All keys are in memory. Of servers that share a state each asks before every use whether anything has
 * changed: a number grows with each change, in the same write.
 */
export class Keyring {
  readonly #collection: Collection<EncryptionKey>;
  readonly #master: MasterKey;
  readonly #now: () => number;
  readonly #isShared: boolean;
  readonly #state: State;
  readonly #changes: Collection<object>;
  readonly #keys = new Map<string, EncryptionKey>();
  #seen: number | undefined;
  #loadMore: () => Promise<void> = () => Promise.resolve();

  private constructor(state: State, master: MasterKey, { now, isShared }: KeyringOptions) {
    this.#state = state;
    this.#isShared = isShared;
    this.#changes = state.collection("encryption-changes");
    this.#collection = state.collection<EncryptionKey>("encryption-keys");
    this.#master = master;
    this.#now = now;
  }

  static async open(state: State, master: MasterKey, options: KeyringOptions): Promise<Keyring> {
    const keyring = new Keyring(state, master, options);
    await keyring.#load();
    return keyring;
  }

  /** To be awaited before the keyring is used: another server may have changed something. */
  async refresh(): Promise<void> {
    if (!this.#isShared) return;
    const changes = await this.#changes.get("", changesKey);
    if (changes?.version === this.#seen) return;
    await Promise.all([this.#load(), this.#loadMore()]);
    this.#seen = changes?.version; // last, so that nobody takes what is not loaded yet for current
  }

  /** What else is to be loaded again when there were changes. */
  onChange(load: () => Promise<void>): void {
    this.#loadMore = load;
  }

  /** To be written in one with a change of what this class, or what relies on it, has in memory. */
  get changed(): Change {
    return { kind: "put", collection: this.#changes.name, scope: "", key: changesKey, value: {} };
  }

  get size(): number {
    return this.#keys.size;
  }

  find(arn: string): EncryptionKey | undefined {
    const key = this.#keys.get(arn);
    return key === undefined || this.#isDue(key) ? undefined : key;
  }

  /** Those of an account and region, the oldest first. */
  list(account: string, region: string): readonly EncryptionKey[] {
    const prefix = arnPrefix(account, region);
    return [...this.#keys.values()]
      .filter((key) => key.arn.startsWith(prefix) && !this.#isDue(key))
      .toSorted((left, right) => left.createdAt - right.createdAt || (left.arn < right.arn ? -1 : 1));
  }

  async create(account: string, region: string, description: string): Promise<EncryptionKey> {
    // With keys around a missing file is lost or not mounted: another one would open none of them.
    if (this.#keys.size === 0) this.#master.create();
    const arn = `${arnPrefix(account, region)}${randomUUID()}`;
    const createdAt = this.#now();
    const versions = [this.#newVersion(arn, 0)];
    const key: EncryptionKey = { arn, description, createdAt, state: "Enabled", versions };
    const place = { collection: this.#collection.name, scope: "", key: arn };
    await this.#state.write([{ kind: "create", ...place, value: key }, this.changed]);
    this.#keys.set(arn, key);
    return key;
  }

  change({ arn }: EncryptionKey, state: KeyState, deletionAt?: number): Promise<EncryptionKey> {
    return this.#update(arn, ({ deletionAt: _before, ...key }) => {
      return { ...key, state, ...(deletionAt === undefined ? {} : { deletionAt }) };
    });
  }

  /** What was sealed before is opened with the version that sealed it. */
  rotate({ arn }: EncryptionKey): Promise<EncryptionKey> {
    return this.#update(arn, (key) => {
      return { ...key, versions: [...key.versions, this.#newVersion(arn, key.versions.length)] };
    });
  }

  /** Takes away the material of keys whose time has come: what they sealed is lost for good. */
  async deleteDue(): Promise<void> {
    await this.refresh();
    const { name: collection } = this.#collection;
    for (const { arn } of [...this.#keys.values()].filter((key) => this.#isDue(key))) {
      await this.#state.write([{ kind: "delete", collection, scope: "", key: arn }, this.changed]);
      this.#keys.delete(arn);
    }
  }

  /** @throws KeyUnavailableError */
  newDataKey(keyArn: string, context: string): NewDataKey {
    const keyVersion = this.#usable(keyArn).versions.length - 1;
    const plain = randomBytes(keyBytes);
    const sealed = seal(this.#material(keyArn, keyVersion), plain, context).toString("base64");
    return { keyArn, keyVersion, sealed, plain };
  }

  /** @throws KeyUnavailableError */
  openDataKey({ keyArn, keyVersion, sealed }: SealedDataKey, context: string): Buffer {
    const material = this.#material(keyArn, keyVersion);
    try {
      return unseal(material, Buffer.from(sealed, "base64"), context);
    } catch (cause) {
      throw new KeyUnavailableError(keyArn, "did not seal this data", { cause });
    }
  }

  /** @throws KeyUnavailableError for a key that cannot be used now. */
  requireUsable(arn: string): void {
    this.#usable(arn);
  }

  /** The version that seals what is new. */
  currentVersion(arn: string): number {
    return (this.#keys.get(arn)?.versions.length ?? 0) - 1;
  }

  /** Forgets every key; call it after `eraseDocuments`. */
  forget(): void {
    this.#keys.clear();
  }

  #isDue({ deletionAt }: EncryptionKey): boolean {
    return deletionAt !== undefined && deletionAt <= this.#now();
  }

  #usable(arn: string): EncryptionKey {
    const key = this.find(arn);
    if (key === undefined) throw new KeyUnavailableError(arn, "does not exist");
    if (key.state === "Disabled") throw new KeyUnavailableError(arn, "is disabled");
    if (key.state === "PendingDeletion") throw new KeyUnavailableError(arn, "is pending deletion");
    return key;
  }

  #material(arn: string, version: number): Buffer {
    const sealed = this.#usable(arn).versions[version]?.sealed ?? "";
    try {
      return unseal(this.#master.read(), Buffer.from(sealed, "base64"), `${arn}:${version}`);
    } catch (cause) {
      throw new KeyUnavailableError(arn, "cannot be opened with the master key", { cause });
    }
  }

  #newVersion(arn: string, version: number) {
    const sealed = seal(this.#master.read(), randomBytes(keyBytes), `${arn}:${version}`);
    return { createdAt: this.#now(), sealed: sealed.toString("base64") };
  }

  async #load(): Promise<void> {
    const keys = new Map<string, EncryptionKey>();
    for (let after: string | undefined; ;) {
      const options = { limit: pageSize, ...(after === undefined ? {} : { after: { key: after } }) };
      const page = await this.#collection.list("", options);
      for (const { key, value } of page) keys.set(key, value);
      after = page.at(-1)?.key;
      if (page.length < pageSize) break;
    }
    this.#keys.clear();
    for (const [arn, key] of keys) this.#keys.set(arn, key);
  }

  /** From what is stored, so that two changes at once both happen: a version must not be lost. */
  async #update(arn: string, change: (key: EncryptionKey) => EncryptionKey): Promise<EncryptionKey> {
    const place = { collection: this.#collection.name, scope: "", key: arn };
    for (;;) {
      const found = await this.#collection.get("", arn);
      if (found === undefined) throw new KeyUnavailableError(arn, "does not exist");
      const [value, version] = [change(found.value), found.version];
      if (await this.#state.write([{ kind: "replace", ...place, value, version }, this.changed])) {
        this.#keys.set(arn, value);
        return value;
      }
    }
  }
}

const arnPrefix = (account: string, region: string) => `arn:aws:kms:${region}:${account}:key/`;
