// grok: a text is taken apart by a pattern that is put together from named ones.
import { commonLogs } from "../common-logs.ts";
import type { ConfigReader } from "../config-reader.ts";
import { TransformFailure, type CompileRegex, type ProcessorDefinition } from "../define.ts";
import { grokPatterns } from "../grok-patterns.ts";
import { putAt, type Json } from "../json-document.ts";
import { sourceOf } from "./source.ts";

/** A piece of the match: a pattern with its field, or text that stands for itself. */
type Piece = { readonly name: string; readonly field: string | undefined } | { readonly literal: string };

/** What one group of the compiled expression becomes. */
interface Capture {
  readonly field: readonly string[];
  readonly convert: (text: string) => Json | undefined;
}

const maximumPatterns = 20;
/** These may match nearly anything, so that few of them may stand in one match. */
const wide = ["URI", "URIPARAM", "URIPATHPARAM", "SPACE", "DATA", "GREEDYDATA", "GREEDYDATA_MULTILINE"];
const maximumWide = 5;
const afterCommonLogs: readonly string[] = ["DATA", "GREEDYDATA", "GREEDYDATA_MULTILINE"];

/**
 * The pattern must fit the whole text. A pattern without a field is matched and dropped.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-Configurable.html
 */
export const grok: ProcessorDefinition = {
  name: "grok",
  role: "parser",
  atMost: 1,
  compile(config, compileRegex) {
    const source = sourceOf(config);
    const pieces = parseMatch(config);
    check(pieces, config);
    const { regex, captures } = compilePieces(pieces, config, compileRegex);
    return (event) => {
      const groups = regex.match(source(event));
      if (groups === undefined) throw new TransformFailure("the text does not match the grok pattern");
      for (const [index, { field, convert }] of captures.entries()) {
        const text = groups[index + 1];
        const value = text === undefined ? undefined : convert(text);
        if (value !== undefined) putAt(event.document, field, value);
      }
    };
  },
};

function parseMatch(config: ConfigReader): readonly Piece[] {
  const match = config.text("match", 512);
  const pieces: Piece[] = [];
  let rest = 0;
  for (const { 0: found, 1: inside = "", index } of match.matchAll(/%\{([^}]*)\}/g)) {
    if (index > rest) pieces.push({ literal: match.slice(rest, index) });
    rest = index + found.length;
    const [, name, field] = /^([A-Z0-9_]+)(?::([A-Za-z0-9_.@-]+))?$/.exec(inside) ?? [];
    if (name === undefined) config.refuse("match", `has a grok pattern that cannot be read: ${found}`);
    if (field?.split(".").includes("")) config.refuse("match", `has a field with an empty part: ${found}`);
    if (!grokPatterns.has(name) && !commonLogs.has(name)) {
      config.refuse("match", `has a grok pattern that is not supported: ${name}`);
    }
    pieces.push({ name, field });
  }
  if (rest < match.length) pieces.push({ literal: match.slice(rest) });
  return pieces;
}

function check(pieces: readonly Piece[], config: ConfigReader): void {
  const names = pieces.flatMap((piece) => ("name" in piece ? [piece.name] : []));
  if (names.length === 0) config.refuse("match", "has no grok pattern");
  if (names.length > maximumPatterns)
    config.refuse("match", `has more than ${maximumPatterns} grok patterns`);
  if (names.filter((name) => wide.includes(name)).length > maximumWide) {
    config.refuse("match", `has more than ${maximumWide} of ${wide.join(", ")}`);
  }
  for (const name of names) {
    const atMost = grokPatterns.get(name)?.atMost ?? 1;
    if (names.filter((other) => fullName(other) === fullName(name)).length > atMost) {
      config.refuse("match", `has the grok pattern ${name} more than ${atMost} times`);
    }
  }
  const position = names.findIndex((name) => commonLogs.has(name));
  if (position < 0) return;
  const [common = "", ...after] = names;
  if (position > 0) config.refuse("match", `has patterns before ${names[position]}, which must be the first`);
  if (after.length > 1 || !after.every((name) => afterCommonLogs.includes(name))) {
    config.refuse("match", `can have one of ${afterCommonLogs.join(", ")} behind ${common} and nothing else`);
  }
}

/** Patterns of two names are counted as one. */
const fullName = (name: string) => (name === "HOST" ? "HOSTNAME" : name);

function compilePieces(pieces: readonly Piece[], config: ConfigReader, compileRegex: CompileRegex) {
  const captures: Capture[] = [];
  const expression = pieces
    .map((piece) => {
      if ("literal" in piece) return literal(piece.literal);
      const common = commonLogs.get(piece.name);
      if (common === undefined) return named(piece.name, piece.field, captures);
      for (const field of common.fields) {
        const convert = common.convert[field] ?? ((text: string): Json => text);
        captures.push({
          field: [field],
          convert: (text) => (text === "-" || text === "" ? undefined : convert(text)),
        });
      }
      return common.regex;
    })
    .join("");
  const regex = compileRegex(`^(?:${expression})$`);
  if (typeof regex === "string") return config.refuse("match", `cannot be compiled: ${regex}`);
  return { regex, captures };
}

/** A backslash in front of a sign says that the sign stands for itself, as every sign does. */
function literal(text: string): string {
  return text.replace(/\\([^\w\s])/g, "$1").replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

/** Groups are counted in the order in which they open, as `captures` grows. */
function named(name: string, field: string | undefined, captures: Capture[]): string {
  const isQuoted = grokPatterns.get(name)?.isQuoted ?? false;
  if (field === undefined) return `(?:${expand(name, undefined)})`;
  captures.push({
    field: field.split("."),
    convert: (text) => (isQuoted ? text.slice(1, -1) : text),
  });
  return `(${expand(name, captures)})`;
}

/** The fields that a pattern adds by itself are captured only where its own is. */
function expand(name: string, captures: Capture[] | undefined): string {
  const { regex = "" } = grokPatterns.get(name) ?? {};
  return regex.replace(/\(\?<(\w+)>|%\{(\w+)\}/g, (_found, field?: string, inner?: string) => {
    if (inner !== undefined) return `(?:${expand(inner, undefined)})`;
    if (captures === undefined || field === undefined) return "(?:";
    captures.push({ field: [field], convert: (text) => text });
    return "(";
  });
}
