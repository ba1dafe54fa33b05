// A transformer: the processors of a configuration, compiled to one function from a message to its new form.
import { utf8Bytes } from "../log-batch.ts";
import { ConfigReader } from "./config-reader.ts";
import {
  TransformerProblem,
  TransformFailure,
  type CompileRegex,
  type EventOrigin,
  type Processor,
  type ProcessorDefinition,
} from "./define.ts";
import { countFields, type JsonObject } from "./json-document.ts";
import { processors } from "./processors.ts";
import { requireMessageSource } from "./processors/source.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-Create.html */
export const transformerLimits = { processors: 20, parsers: 5, fields: 200, eventBytes: 524_288 } as const;

/** The transformed event as JSON, or why it is not transformed. */
export type TransformOutcome =
  | { readonly kind: "transformed"; readonly text: string }
  | { readonly kind: "failed"; readonly reason: string };

export type Transform = (message: string, origin: EventOrigin) => TransformOutcome;

/**
 * `config` is a list of objects with one processor each, as PutTransformer takes them.
 * @throws TransformerProblem in words for whoever wrote the configuration
 */
export function compileTransformer(config: unknown, compileRegex: CompileRegex): Transform {
  if (!Array.isArray(config)) throw new TransformerProblem("The transformer must be a list of processors.");
  const entries = config.map((entry: unknown, index) => readEntry(entry, index));
  checkRules(entries.map(({ definition }) => definition));
  const [first] = entries;
  if (first?.definition.beginsWithMessage === true) requireMessageSource(first.reader);
  const steps = entries.map(({ definition, reader }) => {
    const step = definition.compile(reader, compileRegex);
    reader.finish();
    return step;
  });
  return (message, origin) => transform(steps, message, origin);
}

/**
 * A stored configuration, which was checked when it came. One that is no longer taken transforms nothing, so
 * that events are stored all the same and tell why.
 */
export function compileStoredTransformer(config: unknown, compileRegex: CompileRegex): Transform {
  try {
    return compileTransformer(config, compileRegex);
  } catch (error) {
    if (!(error instanceof TransformerProblem)) throw error;
    const reason = `the transformer cannot be used: ${error.message}`;
    return () => ({ kind: "failed", reason });
  }
}

function readEntry(entry: unknown, index: number) {
  const path = `transformerConfig[${index}]`;
  if (typeof entry !== "object" || entry === null) throw new TransformerProblem(`${path} must be an object`);
  const [only, ...others] = Object.entries(entry).filter(([, value]) => value !== undefined);
  if (only === undefined || others.length > 0) {
    throw new TransformerProblem(`${path} must have exactly one processor`);
  }
  const [name, value] = only;
  const definition = processors.get(name);
  if (definition === undefined) throw new TransformerProblem(`${path} has an unknown processor: ${name}`);
  return { definition, reader: new ConfigReader(`${path}.${name}`, value) };
}

function checkRules(definitions: readonly ProcessorDefinition[]): void {
  const { processors: most, parsers: mostParsers } = transformerLimits;
  if (definitions.length === 0 || definitions.length > most) {
    throw new TransformerProblem(`A transformer must have between 1 and ${most} processors.`);
  }
  const parsers = definitions.filter(({ role }) => role !== "mutator");
  if (definitions[0]?.role === "mutator") {
    throw new TransformerProblem("The first processor of a transformer must be a parser.");
  }
  if (parsers.length > mostParsers) {
    throw new TransformerProblem(`A transformer can have at most ${mostParsers} parsers.`);
  }
  const misplaced = definitions.find(({ role }, index) => role === "vended" && index > 0);
  if (misplaced !== undefined) {
    throw new TransformerProblem(`${misplaced.name} must be the first processor of a transformer.`);
  }
  for (const { name, atMost } of definitions) {
    if (definitions.filter((other) => other.name === name).length > (atMost ?? most)) {
      throw new TransformerProblem(`A transformer can have the processor ${name} only once.`);
    }
  }
}

function transform(steps: readonly Processor[], message: string, origin: EventOrigin): TransformOutcome {
  if (isTooLong(message)) return { kind: "failed", reason: "the event is not smaller than 512 KB" };
  const document: JsonObject = {};
  try {
    for (const step of steps) step({ message, origin, document });
  } catch (error) {
    if (error instanceof TransformFailure) return { kind: "failed", reason: error.message };
    throw error;
  }
  if (countFields(document) > transformerLimits.fields) {
    return { kind: "failed", reason: `the event has more than ${transformerLimits.fields} fields` };
  }
  return { kind: "transformed", text: JSON.stringify(document) };
}

/** Only an event that may be too long is counted in bytes: a character has three at most. */
function isTooLong(message: string): boolean {
  const { eventBytes } = transformerLimits;
  return message.length * 3 >= eventBytes && utf8Bytes(message) >= eventBytes;
}
