// Sealed bytes: AES-256 in Galois/counter mode, with a nonce of its own in front and the tag behind.
import { createCipheriv, createDecipheriv, randomFillSync } from "node:crypto";

export const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/**
 * How many texts one key may seal under random nonces, so that two are never alike (a chance of 2^-32):
 * https://nvlpubs.nist.gov/nistpubs/Legacy/SP/nistspecialpublication800-38d.pdf, section 8.3
 */
export const sealsPerKey = 2 ** 32;

/** One call for many nonces: each would cost more than the sealing of a line. */
const nonces = Buffer.alloc(nonceBytes * 1_024);
let nextNonce = nonces.length;

function takeNonce(): Buffer {
  if (nextNonce === nonces.length) {
    randomFillSync(nonces);
    nextNonce = 0;
  }
  nextNonce += nonceBytes;
  return Buffer.from(nonces.subarray(nextNonce - nonceBytes, nextNonce));
}

/** Whoever opens it must name the same `context`, which is not part of what is sealed. */
export function seal(key: Uint8Array, plain: string | Uint8Array, context: string): Buffer {
  const nonce = takeNonce();
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(Buffer.from(context));
  const body = typeof plain === "string" ? cipher.update(plain, "utf8") : cipher.update(plain);
  cipher.final(); // is empty: the mode has no padding
  return Buffer.concat([nonce, body, cipher.getAuthTag()]);
}

/** @throws Error for another key, another context, and for bytes that were changed. */
export function unseal(key: Uint8Array, sealed: Uint8Array, context: string): Buffer {
  const end = sealed.length - tagBytes;
  if (end < nonceBytes) throw new Error("these bytes were never sealed");
  const options = { authTagLength: tagBytes };
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, nonceBytes), options);
  decipher.setAAD(Buffer.from(context));
  decipher.setAuthTag(sealed.subarray(end));
  return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, end)), decipher.final()]);
}
