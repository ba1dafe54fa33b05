// Reads a service's model out of the runtime schemas that its SDK package exports.
import { NormalizedSchema } from "@smithy/core/schema";
import type {
  SchemaTraitsObject,
  StaticErrorSchema,
  StaticOperationSchema,
  StaticStructureSchema,
} from "@smithy/types";
import type { Limits } from "./limits.ts";
import type { ServiceFacts } from "./service-facts.ts";
import type {
  Constraint,
  ErrorShape,
  HttpBinding,
  Member,
  Operation,
  ServiceModel,
  Shape,
  StructureShape,
  TimestampFormat,
} from "./shapes.ts";

/**
 * The model of a service from the exports of its SDK package: every `X$` that is an operation or an error.
 * Only the heads are read here; shapes are made when they are first looked at.
 *
 * A service of our own exports schemas in the same form, which is that of `StaticSchema` in `@smithy/types`:
 * ```ts
 * const namespace = "com.groundwatch";
 * export const AdvanceClockRequest$: StaticStructureSchema =
 *   [3, namespace, "AdvanceClockRequest", 0, ["toAt"], [4], 1];   // 4 is a timestamp; 1 member is required
 * export const AdvanceClockResponse$: StaticStructureSchema =
 *   [3, namespace, "AdvanceClockResponse", 0, [], []];
 * export const AdvanceClock$: StaticOperationSchema =
 *   [9, namespace, "AdvanceClock", 0, () => AdvanceClockRequest$, () => AdvanceClockResponse$];
 * export const ClockNotManual$: StaticErrorSchema =
 *   [-3, namespace, "ClockNotManual", { error: "client", httpError: 400 }, ["message"], [0]];
 * ```
 * Members: 0 string, 1 number, 2 boolean, 4 timestamp, 15 document, 21 blob, `64 | x` a list and `128 | x` a
 * map of one of these, `() => X$` a structure, `[1, namespace, "Names", 0, () => X$]` a list of structures,
 * `[2, namespace, "ByName", 0, 0, () => X$]` a map to them; `[0, traits]` any of these with traits, such as
 * `{ httpQuery: "name" }`. Required members come first. The types of handlers come from command classes, as
 * `Command.classBuilder<Input, Output, ...>().sc(AdvanceClock$).build()` of `@smithy/core/client` makes them,
 * exported as `AdvanceClockCommand`.
 */
export function loadModel(sdk: object, facts: ServiceFacts, limits: Limits): ServiceModel {
  const shapes = new ShapeReader(limits);
  const operations = new Map<string, Operation>();
  const errors = new Map<string, ErrorShape>();
  for (const [name, schema] of Object.entries(sdk)) {
    if (!name.endsWith("$") || !Array.isArray(schema)) continue;
    if (isOperation(schema)) operations.set(schema[2], readOperation(schema, shapes));
    else if (isError(schema)) errors.set(schema[2], readError(schema, shapes));
  }
  if (operations.size === 0) throw new Error(`the package of ${facts.name} exports no operation`);
  return {
    name: facts.name,
    signingName: facts.signingName,
    target: facts.target,
    version: facts.version,
    xmlNamespace: facts.xmlNamespace,
    errorNamespace: facts.errorNamespace,
    queryCompatible: facts.queryCompatible ?? false,
    validationError: facts.validationError,
    missingParameter: facts.missingParameter,
    pathMember: facts.pathMember,
    protocols: facts.protocols,
    operations,
    errors,
  };
}

function isOperation(schema: readonly unknown[]): schema is StaticOperationSchema {
  return schema[0] === 9;
}

/** The base class of a package's exceptions has a schema too, in a namespace of the SDK's own. */
function isError(schema: readonly unknown[]): schema is StaticErrorSchema {
  return schema[0] === -3 && !String(schema[1]).startsWith("smithy.ts.sdk.synthetic");
}

function readOperation(schema: StaticOperationSchema, shapes: ShapeReader): Operation {
  const [, , name, , input, output] = schema;
  const { http } = NormalizedSchema.of(schema).getMergedTraits();
  const path = http?.[1];
  return {
    name,
    get input() {
      return shapes.structure(NormalizedSchema.of(input), path);
    },
    get output() {
      return shapes.structure(NormalizedSchema.of(output), path);
    },
    http: http && { method: http[0], path: http[1], status: http[2] },
  };
}

function readError(schema: StaticErrorSchema, shapes: ShapeReader): ErrorShape {
  const traits = NormalizedSchema.of(schema).getMergedTraits();
  const fault = traits.error === "server" ? "server" : "client";
  const status = Number(traits.httpError) || (fault === "server" ? 500 : 400);
  const [queryCode, queryStatus] = (traits["awsQueryError"] ?? []) as readonly [string?, number?];
  return {
    name: schema[2],
    get structure() {
      return shapes.structure(NormalizedSchema.of(schema), undefined);
    },
    status,
    fault,
    queryCode: queryCode ?? schema[2],
    queryStatus: queryStatus ?? status,
    messageMember: schema[4].find((member) => member.toLowerCase() === "message") ?? "message",
  };
}

const unit: StructureShape = { kind: "structure", name: "Unit", members: [], streaming: false };

/** Makes each structure once; lists and maps once per member, because their constraints are the member's. */
class ShapeReader {
  readonly #limits: Limits;
  readonly #structures = new Map<unknown, StructureShape>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** `path` is the operation's, and tells greedy labels. */
  structure(schema: NormalizedSchema, path: string | undefined): StructureShape {
    if (schema.isUnitSchema()) return unit;
    const source = schema.getSchema();
    const known = this.#structures.get(source);
    if (known !== undefined) return known;
    const name = schema.getName() ?? "";
    const required = (source as StaticStructureSchema)[6] ?? 0;
    const made: StructureShape = {
      kind: schema.isUnionSchema() ? "union" : "structure",
      name,
      members: [...schema.structIterator()].map(([memberName, member], index) =>
        this.#member(memberName, member, this.#limits.get(`${name}.${memberName}`), index < required, path),
      ),
      streaming: schema.isUnionSchema() && schema.isStreaming(),
    };
    this.#structures.set(source, made);
    return made;
  }

  #member(
    name: string,
    schema: NormalizedSchema,
    constraint: Constraint | undefined,
    required: boolean,
    path?: string,
  ): Member {
    const traits = schema.getMergedTraits();
    const read = () => this.#shape(schema, constraint);
    let shape: Shape | undefined;
    return {
      name,
      get shape() {
        return (shape ??= read());
      },
      required,
      jsonName: traits.jsonName ?? name,
      xmlName: traits.xmlName,
      flattened: Boolean(traits.xmlFlattened),
      sensitive: Boolean(traits.sensitive),
      idempotencyToken: Boolean(traits.idempotencyToken),
      http: bindingOf(name, traits, path),
      timestampFormat: timestampFormats.get(schema.getSchema()),
      constraint,
    };
  }

  #shape(schema: NormalizedSchema, constraint: Constraint | undefined): Shape {
    if (schema.isStructSchema()) return this.structure(schema, undefined);
    const sparse = Boolean(schema.getMergedTraits().sparse);
    if (schema.isListSchema()) {
      return {
        kind: "list",
        item: this.#member("member", schema.getValueSchema(), constraint?.items, false),
        sparse,
      };
    }
    if (schema.isMapSchema()) {
      const key = this.#member("key", schema.getKeySchema(), constraint?.keys, true);
      return {
        kind: "map",
        key,
        value: this.#member("value", schema.getValueSchema(), constraint?.items, false),
        sparse,
      };
    }
    return simpleShape(schema);
  }
}

/** The numbers by which schemas tell timestamps; 4 leaves the format to the protocol. */
const timestampFormats: ReadonlyMap<unknown, TimestampFormat> = new Map([
  [5, "date-time"],
  [6, "http-date"],
  [7, "epoch-seconds"],
]);

function simpleShape(schema: NormalizedSchema): Shape {
  const format = timestampFormats.get(schema.getSchema());
  if (schema.isTimestampSchema())
    return format === undefined ? { kind: "timestamp" } : { kind: "timestamp", format };
  if (schema.isBlobSchema()) return { kind: "blob" };
  if (schema.isBooleanSchema()) return { kind: "boolean" };
  if (schema.isStringSchema()) return { kind: "string" };
  if (schema.isDocumentSchema()) return { kind: "document" };
  return { kind: "number" };
}

function bindingOf(
  name: string,
  traits: SchemaTraitsObject,
  path: string | undefined,
): HttpBinding | undefined {
  if (traits.httpLabel) return { in: "label", greedy: path?.includes(`{${name}+}`) ?? false };
  if (traits.httpQuery !== undefined) return { in: "query", name: traits.httpQuery };
  if (traits.httpHeader !== undefined) return { in: "header", name: traits.httpHeader.toLowerCase() };
  if (traits.httpPayload) return { in: "payload" };
  if (traits.httpResponseCode) return { in: "status" };
  return undefined;
}
