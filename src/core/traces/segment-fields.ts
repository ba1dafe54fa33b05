// The optional fields of a segment: what each must look like, and the error when it does not.

/** A JSON object as it came. */
export type Fields = Readonly<Record<string, unknown>>;

interface FieldRule {
  readonly field: string;
  readonly errorCode: string;
  readonly holds: (value: unknown) => boolean;
}

export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const isText = (value: unknown) => typeof value === "string";
const isNumber = (value: unknown) => typeof value === "number";
const isBoolean = (value: unknown) => typeof value === "boolean";
const isListOf = (holds: (item: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(holds);

/** Members that are absent or null hold: SDKs write null for what they do not know. */
const isObjectWith = (members: Readonly<Record<string, (value: unknown) => boolean>>) => {
  const rules = Object.entries(members);
  return (value: unknown) =>
    isObject(value) && rules.every(([name, holds]) => (value[name] ?? null) === null || holds(value[name]));
};

const segmentId = /^[0-9a-f]{16}$/i;

/** 16 hexadecimal digits, as segments, subsegments and exceptions have them. */
export function isSegmentId(value: unknown): value is string {
  return typeof value === "string" && segmentId.test(value);
}

/** Strings, numbers and booleans are indexed; objects and arrays belong in the metadata. */
function areAnnotations(value: unknown): boolean {
  if (!isObject(value)) return false;
  for (const name in value) if (typeof value[name] === "object" && value[name] !== null) return false;
  return true;
}

const isHttp = isObjectWith({
  request: isObjectWith({
    method: isText,
    url: isText,
    user_agent: isText,
    client_ip: isText,
    x_forwarded_for: isBoolean,
    traced: isBoolean,
  }),
  response: isObjectWith({ status: isNumber, content_length: isNumber }),
});

const isStackFrame = isObjectWith({ path: isText, line: isNumber, label: isText });

const isException = isObjectWith({
  id: isText,
  message: isText,
  type: isText,
  remote: isBoolean,
  truncated: isNumber,
  skipped: isNumber,
  cause: isText,
  stack: isListOf(isStackFrame),
});

const isCauseObject = isObjectWith({
  working_directory: isText,
  paths: isListOf(isText),
  exceptions: isListOf(isException),
});

const isSql = isObjectWith({
  connection_string: isText,
  url: isText,
  sanitized_query: isText,
  database_type: isText,
  database_version: isText,
  driver_version: isText,
  user: isText,
  preparation: isText,
});

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html */
const optionalFields: readonly FieldRule[] = [
  { field: "http", errorCode: "InvalidHttp", holds: isHttp },
  { field: "aws", errorCode: "InvalidAws", holds: isObject },
  { field: "annotations", errorCode: "InvalidAnnotations", holds: areAnnotations },
  { field: "metadata", errorCode: "InvalidMetadata", holds: isObject },
  { field: "error", errorCode: "InvalidError", holds: isBoolean },
  { field: "throttle", errorCode: "InvalidThrottle", holds: isBoolean },
  { field: "fault", errorCode: "InvalidFault", holds: isBoolean },
  {
    field: "cause",
    errorCode: "InvalidCause",
    holds: (value) => (typeof value === "string" ? isSegmentId(value) : isCauseObject(value)),
  },
  { field: "origin", errorCode: "InvalidOrigin", holds: isText },
  { field: "namespace", errorCode: "InvalidNamespace", holds: isText },
  { field: "user", errorCode: "InvalidUser", holds: isText },
  { field: "service", errorCode: "InvalidService", holds: isObjectWith({ version: isText }) },
  { field: "sql", errorCode: "InvalidSql", holds: isSql },
  { field: "precursor_ids", errorCode: "InvalidPrecursorIds", holds: isListOf(isSegmentId) },
  { field: "subsegments", errorCode: "InvalidSubsegments", holds: isListOf(isObject) },
];

/** The error code of the first optional field that does not hold. */
export function brokenField(segment: Fields): string | undefined {
  for (const rule of optionalFields) {
    const value = segment[rule.field] ?? null;
    if (value !== null && !rule.holds(value)) return rule.errorCode;
  }
  return undefined;
}
