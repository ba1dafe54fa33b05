// The server's configuration: flags before environment variables before the configuration file before
// defaults.
import { readFileSync } from "node:fs";
import { BlockList, isIP } from "node:net";
import { settings, variableOf, type Config, type ConfiguredAccessKey } from "./config-settings.ts";
import { parseWords, unknown, UsageError, valuesOf, type Given, type ParsedWords } from "./options.ts";

/** Looked for in the working folder when `--config` names no other file. */
const usualFile = "groundwatch.json";

export interface ConfigSources {
  /** The words behind the command's name. */
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The text of a file; undefined when there is none. Defaults to the file system. */
  readonly readFile?: (path: string) => string | undefined;
}

export type ConfigRequest = { readonly help: true } | { readonly help: false; readonly config: Config };

/** Throws a `UsageError` for whatever is unknown, malformed or contradictory. */
export function readConfig({ words, environment, readFile = readIfThere }: ConfigSources): ConfigRequest {
  const { given: flags, rest, help } = parseServeWords(words);
  if (help) return { help: true };
  if (rest[0] !== undefined) {
    throw new UsageError(`serve takes only flags, not "${rest[0]}": see groundwatch serve --help`);
  }
  const variables = givenInEnvironment(environment);
  const named = flags.get("config")?.text ?? environment["GROUNDWATCH_CONFIG"];
  const file = givenInFile(named, readFile);
  const values = valuesOf(settings, new Map([...file.given, ...variables, ...flags]));
  if (values.auth === "off" && !isLoopback(values.host)) {
    throw new UsageError(
      `--host ${values.host} is open to the network and needs --auth iam (or listen on 127.0.0.1)`,
    );
  }
  return { help: false, config: { ...values, accessKeys: file.accessKeys } };
}

function parseServeWords(words: readonly string[]): ParsedWords {
  return parseWords(settings, words, ["config"]);
}

/** Variables for this project's own tests are none of the server's business. */
function givenInEnvironment(environment: ConfigSources["environment"]): Map<string, Given> {
  const names = new Map(Object.keys(settings).map((name) => [variableOf(name), name]));
  const given = new Map<string, Given>();
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith("GROUNDWATCH_") || text === undefined || text === "") continue;
    if (variable === "GROUNDWATCH_CONFIG" || variable.startsWith("GROUNDWATCH_TEST_")) continue;
    const name = names.get(variable);
    if (name === undefined)
      throw new UsageError(unknown("environment variable", variable, [...names.keys()]));
    given.set(name, { text, origin: variable });
  }
  return given;
}

interface FileContent {
  readonly given: ReadonlyMap<string, Given>;
  readonly accessKeys: readonly ConfiguredAccessKey[];
}

function givenInFile(named: string | undefined, readFile: (path: string) => string | undefined): FileContent {
  const path = named ?? usualFile;
  const text = readFile(path);
  if (text === undefined) {
    if (named === undefined) return { given: new Map(), accessKeys: [] };
    throw new UsageError(`the configuration file ${path} cannot be read: name another with --config`);
  }
  const { accessKeys, ...content } = parseObject(text, path);
  const given = new Map<string, Given>();
  for (const [name, value] of Object.entries(content)) {
    if (!Object.hasOwn(settings, name)) {
      throw new UsageError(`${path}: ${unknown("key", name, [...Object.keys(settings), "accessKeys"])}`);
    }
    const isPlain = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
    if (!isPlain) throw new UsageError(`${path}: ${name} must be a text, a number or true or false`);
    given.set(name, { text: String(value), origin: `${path}: ${name}` });
  }
  return { given, accessKeys: accessKeysOf(accessKeys ?? [], path) };
}

function parseObject(text: string, path: string): Record<string, unknown> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replaceAll("\n", " ") : String(error);
    throw new UsageError(`${path} is not JSON: ${reason}`);
  }
  if (!isObject(content)) throw new UsageError(`${path} must hold a JSON object, like {"port": 4600}`);
  return content;
}

/**
 * What AWS allows as an access key id: https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKey.html
 */
const accessKeyId = /^\w{16,128}$/;

function accessKeysOf(value: unknown, path: string): readonly ConfiguredAccessKey[] {
  if (!Array.isArray(value)) throw new UsageError(`${path}: accessKeys must be a list of objects`);
  return value.map((entry: unknown, index) => {
    const place = `${path}: accessKeys[${index}]`;
    if (!isObject(entry)) throw new UsageError(`${place} must be an object`);
    const field = (name: string, pattern: RegExp, expects: string): string => {
      const found = entry[name];
      if (typeof found === "string" && pattern.test(found)) return found;
      throw new UsageError(`${place}.${name} must be ${expects}`);
    };
    const key: ConfiguredAccessKey = {
      accessKeyId: field("accessKeyId", accessKeyId, "16 to 128 letters and digits"),
      secretAccessKey: field("secretAccessKey", /./, "some text"),
      account: field("account", /^\d{12}$/, "an account id of 12 digits"),
      userName:
        entry["userName"] === undefined ? undefined : field("userName", /^[\w+=,.@-]{1,64}$/, "a user name"),
    };
    const surplus = Object.keys(entry).find((name) => !Object.hasOwn(key, name));
    if (surplus !== undefined) throw new UsageError(`${place}: ${unknown("key", surplus, Object.keys(key))}`);
    return key;
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Whether only this machine can reach the address. */
function isLoopback(host: string): boolean {
  if (host === "localhost") return true;
  const family = isIP(host);
  return family !== 0 && loopback.check(host, family === 6 ? "ipv6" : "ipv4");
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // The caller says that it cannot be read, and what to do about it.
    return undefined;
  }
}
