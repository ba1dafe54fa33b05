// How the keys of blobs become paths below their bucket's folder, and back.

/** Escaping triples a byte at worst, and a name in a file system has at most 255 bytes. */
const nameBytes = 80;

const plain = /^[a-z0-9_=.,@~-]$/;

/** What a name in a folder says of the keys in or below it. */
export interface NamePart {
  readonly bytes: Buffer;
  readonly kind: "object" | "folder" | "cut";
}

/**
 * The names that lead to a key's file. Each part of the key between slashes is a folder, the last one a file,
 * so that people find their way. A name's last character says what it is: `!` an object, `+` a folder, `%` a
 * piece of a part that is too long for one name. So `a` and `a/b` can both exist, and `.`, `..` and empty
 * parts mean nothing to the file system. Capitals are written `^a`, because some file systems ignore case,
 * and other bytes as `%c3`.
 */
export function namesOfKey(key: string): readonly string[] {
  const parts = key.split("/");
  return parts.flatMap((part, index) =>
    namesOfPart(Buffer.from(part), index === parts.length - 1 ? "!" : "+"),
  );
}

/**
 * A part that fills a name is cut even when nothing follows: so all keys that begin alike are in one place.
 */
function namesOfPart(part: Buffer, mark: string): string[] {
  const names: string[] = [];
  let rest = part;
  while (rest.length >= nameBytes) {
    names.push(`${escape(rest.subarray(0, nameBytes))}%`);
    rest = rest.subarray(nameBytes);
  }
  return [...names, `${escape(rest)}${mark}`];
}

function escape(bytes: Buffer): string {
  return Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte);
    if (plain.test(character)) return character;
    if (/^[A-Z]$/.test(character)) return `^${character.toLowerCase()}`;
    return `%${byte.toString(16).padStart(2, "0")}`;
  }).join("");
}

const kinds: Readonly<Record<string, NamePart["kind"]>> = { "!": "object", "+": "folder", "%": "cut" };

/** Undefined for a name that we did not give. */
export function partOfName(name: string): NamePart | undefined {
  const kind = kinds[name.slice(-1)];
  if (kind === undefined) return undefined;
  const text = name
    .slice(0, -1)
    .replace(/\^([a-z])/g, (_, letter: string) => letter.toUpperCase())
    .replace(/%([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  return { kind, bytes: Buffer.from(text, "latin1") };
}
