// A mapping to OCSF: the rows that say where the fields of a record go, as each source has a table of them.
import type { Json, JsonObject } from "../json-document.ts";

/** What a transformer names V1.1 and V1.5. */
export type OcsfVersion = "1.1.0" | "1.5.0";

/** The way to a value; a step that ends in `[]` goes through every entry of an array. */
export type RecordPath = readonly string[];

export interface MappingRow {
  /** The first of these that the record has is taken. */
  readonly from: readonly RecordPath[];
  readonly to: RecordPath;
  /** Undefined where the value has no place there: it is kept as unmapped then. */
  readonly as: (value: Json) => Json | undefined;
  /** Of several values it takes the first, and all stay where others look too. */
  readonly isFirstOnly?: boolean;
}

export interface OcsfActivity {
  readonly id: number;
  readonly name: string;
  /** What stands in `type_name`, where it is not the name. */
  readonly typeName?: string;
}

/** https://schema.ocsf.io/1.5.0/classes */
export interface OcsfClass {
  readonly uid: number;
  readonly name: string;
  readonly category: { readonly uid: number; readonly name: string };
}

/** https://schema.ocsf.io/1.5.0/objects/observable */
export type ObservableType = "Hostname" | "IP Address" | "User Name" | "URL String" | "Resource UID";

export interface OcsfMapping {
  readonly class: OcsfClass;
  readonly activityOf: (record: JsonObject) => OcsfActivity;
  /** In `metadata.product`, beside what the rows put there. */
  readonly product: JsonObject;
  readonly profiles: readonly string[];
  /** What is not taken from the record, or is until a row says more. */
  readonly constants?: readonly (readonly [to: RecordPath, value: Json])[];
  readonly rows: readonly MappingRow[];
  /** The rows that only one version of the schema has. */
  readonly rowsOf?: Readonly<Partial<Record<OcsfVersion, readonly MappingRow[]>>>;
  readonly observables: readonly (readonly [at: RecordPath, type: ObservableType])[];
}

/** A service whose logs become OCSF events. */
export interface OcsfSource {
  /** The record that a text is; undefined when it is none of this service. */
  read(text: string): JsonObject | undefined;
  mappingOf(record: JsonObject): OcsfMapping;
}

export function recordPath(text: string): RecordPath {
  return text.split(".");
}

/** A row of a table; `from` may name several places with a bar between them. */
export function row(from: string, to: string, as: MappingRow["as"] = asItIs): MappingRow {
  return { from: from.split("|").map(recordPath), to: recordPath(to), as };
}

/** Of the values that a path through arrays finds, or of a list, the first; for attributes that hold one. */
export function firstRow(from: string, to: string): MappingRow {
  return { ...row(from, to, firstOf), isFirstOnly: true };
}

export const firstOf = (value: Json): Json | undefined => (Array.isArray(value) ? value[0] : value);

const asItIs = (value: Json): Json => value;

export const asText = (value: Json): Json | undefined =>
  typeof value === "object" ? undefined : String(value);

/** Empty for what is no text, number or flag. */
export const textOf = (value: Json | undefined): string =>
  value === undefined || typeof value === "object" ? "" : String(value);

/** Whole objects are JSON in a text, so that a table of events has one type for them. */
export const asJsonText = (value: Json): Json => JSON.stringify(value);

export const asNumber = (value: Json): Json | undefined => {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
};

export const asFlag = (value: Json): Json | undefined =>
  typeof value === "boolean" ? value : flags.get(textOf(value).toLowerCase());

const flags: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["yes", true],
  ["false", false],
  ["no", false],
]);

export const asAddress = (value: Json): Json | undefined => (isAddress(value) ? value : undefined);

export const asDomain = (value: Json): Json | undefined =>
  typeof value === "string" && value !== "" && !isAddress(value) ? value : undefined;

/** Roughly an address of IP version 4 or 6: what is not one is the name of a service or of a host. */
export function isAddress(value: Json | undefined): value is string {
  if (typeof value !== "string") return false;
  return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(value) || /^[0-9a-fA-F]*:[0-9a-fA-F:]*:[0-9a-fA-F:.]*$/.test(value);
}

/** The two forms of an instant in OCSF: epoch milliseconds, and RFC 3339. */
export function instants(epochMs: (value: Json) => number | undefined) {
  return {
    asInstant: (value: Json): Json | undefined => epochMs(value),
    asDateTime: (value: Json): Json | undefined => {
      const instant = epochMs(value);
      return instant === undefined ? undefined : new Date(instant).toISOString();
    },
  };
}

/** Texts of ISO 8601. */
export const isoInstants = instants((value) => {
  const instant = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(instant) ? undefined : instant;
});

const farthestMs = 8.64e15;

export const instantsOf = (unitMs: number) =>
  instants((value) => {
    const number = asNumber(value);
    const instant = typeof number === "number" ? number * unitMs : Number.NaN;
    return Math.abs(instant) <= farthestMs ? instant : undefined;
  });
