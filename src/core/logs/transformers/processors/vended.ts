// The parsers of formats that AWS's services write: WAF, VPC flow logs, Route 53, CloudFront and PostgreSQL.
import { TransformFailure, type ProcessorDefinition } from "../define.ts";
import { isJsonObject, parseJsonObject, setMember, type Json, type JsonObject } from "../json-document.ts";
import { addFields, requireMessageSource } from "./source.ts";

/**
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-BuiltIn.html
 * `read` gives undefined for a message that is not of the format.
 */
function vended(
  name: string,
  read: (message: string) => readonly (readonly [string, Json])[] | undefined,
): ProcessorDefinition {
  return {
    name,
    role: "vended",
    compile(config) {
      requireMessageSource(config);
      return ({ message, document }) => {
        const fields = read(message);
        if (fields === undefined) throw new TransformFailure(`the message is no record for ${name}`);
        addFields(document, fields, true);
      };
    },
  };
}

/** A word of a record and whether it is a number there; a `-` stands for nothing and stays. */
type Word = readonly [name: string, isNumber: boolean];

const words = (names: string, numbers: string): readonly Word[] => {
  const numeric = new Set(numbers.split(" "));
  return names.split(" ").map((name) => [name, numeric.has(name)] as const);
};

function wordsOf(layout: readonly Word[], values: readonly string[]): readonly (readonly [string, Json])[] {
  return layout.map(([name, isNumber], index) => {
    const value = values[index] ?? "-";
    return [
      name,
      isNumber && value !== "-" && Number.isFinite(Number(value)) ? Number(value) : value,
    ] as const;
  });
}

const flowRecord = words(
  "version accountId interfaceId srcAddr dstAddr srcPort dstPort protocol packets bytes start end action " +
    "logStatus",
  "version srcPort dstPort protocol packets bytes start end",
);

export const parseVpc = vended("parseVPC", (message) => {
  const values = message.trim().split(/\s+/);
  const isRecord = values.length === flowRecord.length && /^\d+$/.test(values[0] ?? "");
  return isRecord ? wordsOf(flowRecord, values) : undefined;
});

const queryRecord = words(
  "version queryTimestamp hostZoneId queryName queryType responseCode protocol edgeLocation resolverIp " +
    "ednsClientSubnet",
  "version",
);

export const parseRoute53 = vended("parseRoute53", (message) => {
  const values = message.trim().split(/\s+/);
  const isRecord = values.length === queryRecord.length && /^\d+\.\d+$/.test(values[0] ?? "");
  return isRecord ? wordsOf(queryRecord, values.map(decoded)) : undefined;
});

const accessRecord = words(
  "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) " +
    "cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol " +
    "cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type " +
    "cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte " +
    "x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end",
  "sc-bytes sc-status cs-bytes time-taken c-port time-to-first-byte sc-content-len fle-status " +
    "sc-range-start sc-range-end",
);

export const parseCloudfront = vended("parseCloudfront", (message) => {
  const values = message.trim().split(/\s+/);
  const isRecord = values.length === accessRecord.length && /^\d{4}-\d\d-\d\d$/.test(values[0] ?? "");
  return isRecord ? wordsOf(accessRecord, values.map(decoded)) : undefined;
});

/** What was written with percent signs; a text that only looks so stays as it is. */
function decoded(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a percent sign that is no encoding
  }
}

/** `%t:%r:%u@%d:[%p]:`; the remote host may be an address of IPv6. */
const postgresLine =
  /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? [A-Z]{2,5}):(\S*?):([^:@]*)@([^:]*):\[(\d+)\]:([A-Z0-9]+):/;

const postgresFields = ["logTime", "srcIp", "userName", "dbName", "processId", "logLevel"] as const;

export const parsePostgres = vended("parsePostgres", (message) => {
  const found = postgresLine.exec(message);
  return found === null
    ? undefined
    : postgresFields.map((name, index) => [name, found[index + 1] ?? ""] as const);
});

export const parseWaf = vended("parseWAF", (message) => {
  const record = parseJsonObject(message);
  if (record === undefined) return undefined;
  const { httpRequest, labels } = record;
  if (isJsonObject(httpRequest) && Array.isArray(httpRequest["headers"])) {
    httpRequest["headers"] = membersOf(httpRequest["headers"], ({ name, value }) => [name, value]);
  }
  if (Array.isArray(labels)) {
    // WAF writes a label as {"name": "..."}; its last part is the value, what is before it the key.
    record["labels"] = membersOf(labels, ({ name, value }) => {
      if (typeof name !== "string" || value !== undefined) return [name, value];
      const colon = name.lastIndexOf(":");
      return colon < 0 ? ["name", name] : [name.slice(0, colon), name.slice(colon + 1)];
    });
  }
  return Object.entries(record);
});

function membersOf(
  list: readonly Json[],
  read: (entry: JsonObject) => readonly [Json | undefined, Json | undefined],
): JsonObject {
  const members: JsonObject = {};
  for (const entry of list) {
    if (!isJsonObject(entry)) continue;
    const [name, value = null] = read(entry);
    if (typeof name === "string") setMember(members, name, value);
  }
  return members;
}
