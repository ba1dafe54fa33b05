// Data protection policies: the JSON document, checked and read.
import { managedIdentifiers, unsupportedIdentifiers } from "./identifiers.ts";

export interface FindingsDestinations {
  readonly logGroup?: string;
  readonly bucket?: string;
  /** Of Firehose, by its name. */
  readonly deliveryStream?: string;
}

export interface DataProtectionPolicy {
  readonly name: string | undefined;
  /** Of managed identifiers and of the policy's own. */
  readonly identifiers: ReadonlySet<string>;
  /** The policy's own: expressions by name. */
  readonly custom: ReadonlyMap<string, string>;
  readonly destinations: FindingsDestinations;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL-custom-data-identifiers.html */
const customLimits = { identifiers: 10, nameCharacters: 128, regexCharacters: 200 } as const;
const customRegex = /^[\w#=@/;,\- ^$?[\]{}|\\*+.]+$/;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/mask-sensitive-log-data.html */
const documentCharacters = 30_720;

const arnPrefix = "arn:aws:dataprotection::aws:data-identifier/";

class PolicyProblem extends Error {
  override readonly name = "PolicyProblem";
}

const refuse = (problem: string): never => {
  throw new PolicyProblem(problem);
};

/**
 * A statement with the operation Audit and one with Deidentify, over the same data identifiers; a text says
 * what is wrong.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch-logs-data-protection-policies.html
 */
export function parseDataProtectionPolicy(text: string): DataProtectionPolicy | string {
  try {
    return read(text);
  } catch (error) {
    if (error instanceof PolicyProblem) return `Invalid data protection policy: ${error.message}`;
    throw error;
  }
}

type Members = Readonly<Record<string, unknown>>;

function read(text: string): DataProtectionPolicy {
  if (text.length > documentCharacters) refuse(`it has more than ${documentCharacters} characters.`);
  const document = objectOf(parse(text), "the document");
  only(document, ["Name", "Description", "Version", "Statement", "Configuration"], "the document");
  if (document["Version"] !== "2021-06-01") refuse("Version must be 2021-06-01.");
  const custom = customOf(document["Configuration"]);
  const statements = arrayOf(document["Statement"], "Statement").map((statement) =>
    objectOf(statement, "a statement"),
  );
  if (statements.length !== 2) refuse("there must be exactly two statements, Audit and Deidentify.");
  for (const statement of statements) only(statement, ["Sid", "DataIdentifier", "Operation"], "a statement");
  const operationOf = (name: string) =>
    statements.find((statement) => name in objectOf(statement["Operation"], "Operation")) ??
    refuse(`a statement with the operation ${name} is missing.`);
  const audit = operationOf("Audit");
  const deidentify = operationOf("Deidentify");
  const identifiers = identifiersOf(audit, custom);
  const others = identifiersOf(deidentify, custom);
  if (identifiers.size !== others.size || [...identifiers].some((name) => !others.has(name))) {
    refuse("the DataIdentifier lists of the two statements must match exactly.");
  }
  checkMask(deidentify);
  const { Name: name } = document;
  if (name !== undefined && typeof name !== "string") refuse("Name must be a text.");
  return {
    name: typeof name === "string" ? name : undefined,
    identifiers,
    custom,
    destinations: destinationsOf(audit),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return refuse("it is no JSON.");
  }
}

function objectOf(value: unknown, what: string): Members {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  return refuse(`${what} must be an object.`);
}

function arrayOf(value: unknown, what: string): readonly unknown[] {
  return Array.isArray(value) ? value : refuse(`${what} must be a list.`);
}

function only(members: Members, names: readonly string[], what: string): void {
  const other = Object.keys(members).find((name) => !names.includes(name));
  if (other !== undefined) refuse(`${what} has an unknown member ${other}.`);
}

function identifiersOf(statement: Members, custom: ReadonlyMap<string, string>): ReadonlySet<string> {
  const values = arrayOf(statement["DataIdentifier"], "DataIdentifier");
  if (values.length === 0) refuse("DataIdentifier must not be empty.");
  return new Set(
    values.map((value) => {
      if (typeof value !== "string") return refuse("DataIdentifier must be a list of texts.");
      if (custom.has(value)) return value;
      const name = value.startsWith(arnPrefix) ? value.slice(arnPrefix.length) : "";
      if (unsupportedIdentifiers.has(name))
        return refuse(`the data identifier ${name} is not supported here.`);
      return managedIdentifiers.has(name) ? name : refuse(`the data identifier ${value} does not exist.`);
    }),
  );
}

function customOf(configuration: unknown): ReadonlyMap<string, string> {
  if (configuration === undefined) return new Map();
  const { CustomDataIdentifier: list = [] } = objectOf(configuration, "Configuration");
  const entries = arrayOf(list, "CustomDataIdentifier").map((entry) =>
    objectOf(entry, "a custom identifier"),
  );
  const { identifiers, nameCharacters, regexCharacters } = customLimits;
  if (entries.length > identifiers) refuse(`there can be at most ${identifiers} custom data identifiers.`);
  return new Map(
    entries.map(({ Name: name, Regex: regex }): readonly [string, string] => {
      if (typeof name !== "string" || !/^[\w-]+$/.test(name) || name.length > nameCharacters) {
        return refuse(
          `the Name of a custom data identifier has letters, digits, _ and -, at most ${nameCharacters}.`,
        );
      }
      if (typeof regex !== "string" || regex === "" || regex.length > regexCharacters) {
        return refuse(`the Regex of ${name} must have between 1 and ${regexCharacters} characters.`);
      }
      if (!customRegex.test(regex)) {
        return refuse(
          `the Regex of ${name} has other than letters, digits, spaces and _#=@/;,-^$?[]{}|\\*+. in it.`,
        );
      }
      if (managedIdentifiers.has(name)) return refuse(`${name} is the name of a managed data identifier.`);
      return [name, regex];
    }),
  );
}

function destinationsOf(statement: Members): FindingsDestinations {
  const operation = objectOf(statement["Operation"], "Operation");
  const audit = objectOf(operation["Audit"], "Audit");
  const destination = objectOf(audit["FindingsDestination"], "FindingsDestination");
  only(destination, ["CloudWatchLogs", "Firehose", "S3"], "FindingsDestination");
  const named = (service: string, member: string): string | undefined => {
    if (destination[service] === undefined) return undefined;
    const name = objectOf(destination[service], service)[member];
    return typeof name === "string" && name !== "" ? name : refuse(`${service}.${member} must be a name.`);
  };
  const logGroup = named("CloudWatchLogs", "LogGroup");
  const bucket = named("S3", "Bucket");
  const deliveryStream = named("Firehose", "DeliveryStream");
  return {
    ...(logGroup === undefined ? {} : { logGroup }),
    ...(bucket === undefined ? {} : { bucket }),
    ...(deliveryStream === undefined ? {} : { deliveryStream }),
  };
}

function checkMask(statement: Members): void {
  const operation = objectOf(statement["Operation"], "Operation");
  const { MaskConfig: config } = objectOf(operation["Deidentify"], "Deidentify");
  if (Object.keys(objectOf(config, "MaskConfig")).length > 0) refuse("MaskConfig must be an empty object.");
}
