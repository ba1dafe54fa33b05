// A document that is sealed under a key: the data key that opens it stands in front, sealed itself.
import { seal, unseal } from "./envelope.ts";
import type { Keyring } from "./keyring.ts";

/** No document that is not sealed begins like this. */
const mark = Buffer.from("groundwatch-sealed-1\n");

/**
 * Whoever opens it must name the same `context`.
 * @throws KeyUnavailableError
 */
export function sealDocument(keyring: Keyring, keyArn: string, plain: Uint8Array, context: string): Buffer {
  const { plain: dataKey, ...sealed } = keyring.newDataKey(keyArn, context);
  return Buffer.concat([mark, Buffer.from(`${JSON.stringify(sealed)}\n`), seal(dataKey, plain, context)]);
}

/**
 * A document that is not sealed is what it is.
 * @throws KeyUnavailableError
 */
export function openDocument(keyring: Keyring, document: Uint8Array, context: string): Buffer {
  const bytes = Buffer.from(document);
  if (!bytes.subarray(0, mark.length).equals(mark)) return bytes;
  const end = bytes.indexOf("\n", mark.length);
  const head: unknown = JSON.parse(bytes.toString("utf8", mark.length, end));
  const field = (name: string): unknown =>
    typeof head === "object" && head !== null ? Reflect.get(head, name) : undefined;
  const sealed = {
    keyArn: String(field("keyArn")),
    keyVersion: Number(field("keyVersion")),
    sealed: String(field("sealed")),
  };
  return unseal(keyring.openDataKey(sealed, context), bytes.subarray(end + 1), context);
}
