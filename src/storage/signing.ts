// The key that signs notifications, made when it is first needed and the same for every node.
import { createHash, createPrivateKey, sign, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { createSigningIdentity, type SigningIdentity } from "./signing-certificate.ts";
import type { State } from "./state.ts";

export interface Signing {
  /** Base64; version 1 is SHA-1 and version 2 SHA-256, each with RSA. */
  sign(text: string, version: "1" | "2"): Promise<string>;
  /** The certificate as PEM, and the name under which it is served: `SimpleNotificationService-...pem`. */
  certificate(): Promise<{ readonly name: string; readonly pem: string }>;
  /** Forgets the key; call it after `eraseDocuments`. */
  forget(): void;
}

const algorithms = { "1": "sha1", "2": "sha256" } as const;
/** A millisecond of a processor, on a thread that answers nobody. */
const signBeside = promisify<string, Buffer, KeyObject, Buffer>(sign);

/** `now` gives epoch milliseconds, for the certificate's first day. */
export function createSigning(state: State, now: () => number): Signing {
  const identities = state.collection<SigningIdentity>("notification-signing");
  let known: Promise<SigningIdentity> | undefined;
  let key: { readonly pem: string; readonly object: KeyObject } | undefined;
  return {
    async sign(text, version) {
      const { privateKey } = await identity();
      key = key?.pem === privateKey ? key : { pem: privateKey, object: createPrivateKey(privateKey) };
      const signature = await signBeside(algorithms[version], Buffer.from(text), key.object);
      return signature.toString("base64");
    },
    async certificate() {
      const { certificate: pem } = await identity();
      const digest = createHash("sha256").update(pem).digest("hex").slice(0, 32);
      return { name: `SimpleNotificationService-${digest}.pem`, pem };
    },
    forget: () => {
      known = undefined;
    },
  };

  function identity(): Promise<SigningIdentity> {
    known ??= load();
    known.catch(() => {
      known = undefined;
    });
    return known;
  }

  async function load(): Promise<SigningIdentity> {
    const found = await identities.get("", "key");
    if (found !== undefined) return found.value;
    // A day back, for subscribers whose clocks are late.
    const made = await createSigningIdentity(now() - 86_400_000);
    if (await identities.create("", "key", made)) return made;
    return load();
  }
}
