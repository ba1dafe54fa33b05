// What a processor of a transformer is: its name, its part in the rules, how its configuration is compiled.
import type { ConfigReader } from "./config-reader.ts";
import type { JsonObject } from "./json-document.ts";

/** What a user's configuration does wrong, in words for the user. */
export class TransformerProblem extends Error {
  override readonly name = "TransformerProblem";
}

/** Why one event is not transformed. */
export class TransformFailure extends Error {
  override readonly name = "TransformFailure";
}

/** Where an event comes from; `copyValue` copies these. */
export interface EventOrigin {
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly account: string;
  readonly region: string;
}

/** An event on its way through the processors, which change the document. */
export interface EventInTransit {
  readonly message: string;
  readonly origin: EventOrigin;
  readonly document: JsonObject;
}

/** @throws TransformFailure when a parser cannot read its source. */
export type Processor = (event: EventInTransit) => void;

/** The groups of a match: the whole text first; undefined for a group that took no part. */
export type RegexGroups = readonly (string | undefined)[];

/** A regular expression of an engine whose time grows with the text and no faster. */
export interface Regex {
  /** The first match anywhere in the text. */
  match(text: string): RegexGroups | undefined;
  /** All matches replaced. */
  replace(text: string, replacement: (groups: RegexGroups) => string): string;
  /** The positions of the named groups. */
  readonly names: Readonly<Record<string, number>>;
  readonly groupCount: number;
}

/** Passed in, because the core has no engine that is safe against its users; a text says what is wrong. */
export type CompileRegex = (source: string) => Regex | string;

export interface ProcessorDefinition {
  readonly name: string;
  /** `vended` parsers know a format of AWS's and must come first. */
  readonly role: "parser" | "vended" | "mutator";
  /** As the first processor it reads the message, and may not name another source. */
  readonly beginsWithMessage?: boolean;
  /** How many of it a transformer may have; any number when undefined. */
  readonly atMost?: number;
  /** @throws TransformerProblem */
  compile(config: ConfigReader, compileRegex: CompileRegex): Processor;
}
