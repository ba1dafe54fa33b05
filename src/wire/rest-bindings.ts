// Reads the members of a restJson1 input that stand in the path, the query string and the headers.
import { serializationError } from "./errors.ts";
import { segmentsOf } from "./rest-paths.ts";
import type { WireRequest } from "./request.ts";
import type { Member, Operation } from "./shapes.ts";
import { parseTimestamp } from "./timestamps.ts";

/** Every binding's members, converted to their types; the caller validates them. */
export function readBindings(operation: Operation, request: WireRequest): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  const labels = lazily(() => readLabels(operation.http?.path ?? "", request.url));
  const query = lazily(() => readQuery(request.url));
  for (const member of operation.input.members) {
    const texts = textsOf(member, request, labels, query);
    if (texts !== undefined && texts.length > 0) values[member.name] = convert(member, texts);
  }
  return values;
}

type Texts = ReadonlyMap<string, readonly string[]>;

function textsOf(
  member: Member,
  request: WireRequest,
  labels: () => Texts,
  query: () => Texts,
): readonly string[] | undefined {
  const { http } = member;
  switch (http?.in) {
    case "label":
      return labels().get(member.name);
    case "query":
      return query().get(http.name);
    case "header": {
      const value = request.headers[http.name];
      if (value === undefined) return undefined;
      return member.shape.kind === "list" ? value.split(",").map((item) => item.trim()) : [value];
    }
    default:
      return undefined;
  }
}

function lazily<Value>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => (made ??= make());
}

/**
 * Labels by name: the path was matched before, so pattern and path have the same segments up to a greedy
 * label.
 */
function readLabels(pattern: string, url: string): Texts {
  const labels = new Map<string, readonly string[]>();
  const segments = segmentsOf(url);
  for (const [index, part] of segmentsOf(pattern).entries()) {
    if (part.endsWith("+}"))
      labels.set(part.slice(1, -"+}".length), [segments.slice(index).map(decode).join("/")]);
    else if (part.startsWith("{")) labels.set(part.slice(1, -1), [decode(segments[index] ?? "")]);
  }
  return labels;
}

function readQuery(url: string): Texts {
  const parameters = new Map<string, string[]>();
  const start = url.indexOf("?");
  if (start === -1) return parameters;
  for (const pair of url.slice(start + 1).split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = decode(equals === -1 ? pair : pair.slice(0, equals));
    const value = equals === -1 ? "" : decode(pair.slice(equals + 1).replaceAll("+", " "));
    const values = parameters.get(name);
    if (values === undefined) parameters.set(name, [value]);
    else values.push(value);
  }
  return parameters;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw serializationError("The request URI is not valid percent-encoded UTF-8.", cause);
  }
}

function convert(member: Member, texts: readonly string[]): unknown {
  const { shape } = member;
  if (shape.kind === "list") return texts.map((text) => convertOne(shape.item, text));
  return convertOne(member, texts[0] ?? "");
}

/** Timestamps are ISO 8601 in path and query, HTTP dates in headers, unless the model says otherwise. */
function convertOne(member: Member, text: string): unknown {
  const { shape } = member;
  switch (shape.kind) {
    case "number":
      return /^-?(\d+(\.\d*)?([eE][+-]?\d+)?|Infinity)$|^NaN$/.test(text)
        ? Number(text)
        : unreadable(text, "Number");
    case "boolean":
      return text === "true" || text === "false" ? text === "true" : unreadable(text, "Boolean");
    case "timestamp": {
      const format = shape.format ?? (member.http?.in === "header" ? "http-date" : "date-time");
      return (
        parseTimestamp(format === "epoch-seconds" ? Number(text) : text, format) ??
        unreadable(text, "timestamp")
      );
    }
    default:
      return text;
  }
}

function unreadable(text: string, wanted: string): never {
  throw serializationError(`${JSON.stringify(text)} can not be converted to a ${wanted}`);
}
