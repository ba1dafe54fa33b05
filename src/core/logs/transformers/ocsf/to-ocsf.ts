// Makes an OCSF event of a record by a mapping: the rows first, then what is observable, then what is left.
import { isJsonObject, putAt, setMember, type Json, type JsonObject } from "../json-document.ts";
import {
  isAddress,
  type MappingRow,
  type ObservableType,
  type OcsfMapping,
  type OcsfVersion,
  type RecordPath,
} from "./mapping.ts";

/** https://schema.ocsf.io/1.5.0/objects/observable */
const observableTypeIds: Readonly<Record<ObservableType, number>> = {
  Hostname: 1,
  "IP Address": 2,
  "User Name": 4,
  "URL String": 6,
  "Resource UID": 10,
};

/** Fields without a row are in `unmapped`, by their paths and as texts: nothing of a record is lost. */
export function toOcsf(mapping: OcsfMapping, record: JsonObject, version: OcsfVersion): JsonObject {
  const event = classification(mapping, record, version);
  for (const [to, value] of mapping.constants ?? []) putAt(event, to, value);
  const taken = new Set<string>();
  for (const row of [...mapping.rows, ...(mapping.rowsOf?.[version] ?? [])]) apply(row, record, event, taken);
  const observables = observablesOf(mapping, event);
  if (observables.length > 0) event["observables"] = observables;
  const unmapped: JsonObject = {};
  for (const [path, values] of leavesOf(record, taken)) setMember(unmapped, path, values.join(","));
  if (Object.keys(unmapped).length > 0) event["unmapped"] = unmapped;
  return event;
}

function classification(mapping: OcsfMapping, record: JsonObject, version: OcsfVersion): JsonObject {
  const { class: eventClass, product, profiles } = mapping;
  const { id, name, typeName = name } = mapping.activityOf(record);
  return {
    activity_id: id,
    activity_name: name,
    category_name: eventClass.category.name,
    category_uid: eventClass.category.uid,
    class_name: eventClass.name,
    class_uid: eventClass.uid,
    cloud: { provider: "AWS" },
    // A copy, since rows write into it.
    metadata: { product: structuredCopy(product), profiles: [...profiles], version },
    severity: "Informational",
    severity_id: 1,
    type_name: `${eventClass.name}: ${typeName}`,
    type_uid: eventClass.uid * 100 + id,
  };
}

function structuredCopy(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [
      name,
      isJsonObject(value) ? structuredCopy(value) : value,
    ]),
  );
}

function apply(row: MappingRow, record: JsonObject, event: JsonObject, taken: Set<string>): void {
  for (const path of row.from) {
    const found = find(record, path);
    const value = found === undefined ? undefined : row.as(found);
    if (value === undefined) continue;
    putAt(event, row.to, value);
    const leavesOthers = row.isFirstOnly === true && Array.isArray(found) && found.length > 1;
    if (!leavesOthers) taken.add(path.join("."));
    return;
  }
}

/** What stands at a path; a list where the path goes through arrays. Null is nothing, as is an empty list. */
function find(value: Json | undefined, path: RecordPath): Json | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return value ?? undefined;
  const isEach = step.endsWith("[]");
  const name = isEach ? step.slice(0, -2) : step;
  const inner = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  if (!isEach) return find(inner, rest);
  const all = Array.isArray(inner) ? inner.map((entry) => find(entry, rest)) : [];
  const found = all.flat().filter((entry) => entry !== undefined);
  return found.length === 0 ? undefined : found;
}

function observablesOf(mapping: OcsfMapping, event: JsonObject): JsonObject[] {
  return mapping.observables.flatMap(([at, type]) => {
    const found = find(event, at);
    const values = Array.isArray(found) ? found : [found];
    return values
      .filter((value) => typeof value === "string" && value !== "" && value !== "-")
      .filter((value) => type !== "IP Address" || isAddress(value))
      .map((value) => ({ name: at.join("."), type, type_id: observableTypeIds[type], value: value ?? "" }));
  });
}

/** The texts of the values that no row has taken, by their paths. */
function leavesOf(record: JsonObject, taken: ReadonlySet<string>): ReadonlyMap<string, readonly string[]> {
  const leaves = new Map<string, string[]>();
  const visit = (value: Json, path: string): void => {
    if (taken.has(path) || value === null) return;
    if (Array.isArray(value)) {
      for (const entry of value) visit(entry, `${path}[]`);
    } else if (isJsonObject(value)) {
      for (const [name, inner] of Object.entries(value)) visit(inner, path === "" ? name : `${path}.${name}`);
    } else {
      const values = leaves.get(path);
      if (values === undefined) leaves.set(path, [String(value)]);
      else values.push(String(value));
    }
  };
  visit(record, "");
  return leaves;
}
