// A certificate of our own, signed by itself, for the key that signs notifications.
import { createHash, createPublicKey, generateKeyPair, sign } from "node:crypto";
import { promisify } from "node:util";

export interface SigningIdentity {
  /** PEM */
  readonly privateKey: string;
  /** PEM */
  readonly certificate: string;
}

const years = 10;

/**
 * Node has no words for making a certificate, so it is written as DER here: RFC 5280, version 3, RSA of 2048
 * bits, SHA-256. `now` is epoch milliseconds.
 */
export async function createSigningIdentity(now: number): Promise<SigningIdentity> {
  const { privateKey } = await promisify(generateKeyPair)("rsa", {
    modulusLength: 2_048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const publicKey = createPublicKey(privateKey).export({ type: "spki", format: "der" });
  const serial = createHash("sha256").update(publicKey).digest().subarray(0, 15);
  const name = sequence(set(sequence(objectId(commonName), text("sns.groundwatch"))));
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), serial])),
    sequence(objectId(sha256WithRsa), nothing),
    name,
    sequence(instant(now), instant(now + years * 365 * 86_400_000)),
    name,
    publicKey,
  );
  const signature = sign("sha256", body, privateKey);
  const certificate = sequence(body, sequence(objectId(sha256WithRsa), nothing), bits(signature));
  return { privateKey, certificate: pem(certificate) };
}

const commonName = [0x55, 0x04, 0x03];
const sha256WithRsa = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
const nothing = Buffer.from([0x05, 0x00]);

function tagged(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.concat(content);
  const length = bytes.length;
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), bytes]);
}

const sequence = (...content: readonly Uint8Array[]) => tagged(0x30, ...content);
const set = (...content: readonly Uint8Array[]) => tagged(0x31, ...content);
const integer = (bytes: Uint8Array) => tagged(0x02, bytes);
const objectId = (bytes: readonly number[]) => tagged(0x06, Buffer.from(bytes));
const text = (value: string) => tagged(0x0c, Buffer.from(value));
const bits = (bytes: Uint8Array) => tagged(0x03, Buffer.from([0]), bytes);

/** RFC 5280 wants two digits of the year until 2049, four from then on. */
function instant(at: number): Buffer {
  const digits = `${new Date(at).toISOString().replace(/\D/g, "").slice(0, 14)}Z`;
  return digits < "2050" ? tagged(0x17, Buffer.from(digits.slice(2))) : tagged(0x18, Buffer.from(digits));
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
