// Field index policies: the JSON document that names the fields of which an index is kept.

/** A field of a policy; a facet is an index that is also offered for looking around. */
export interface PolicyField {
  readonly name: string;
  readonly type: "FIELD_INDEX" | "FACET";
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatchLogs-Field-Indexing-Syntax.html */
export const indexPolicyLimits = { fields: 20, nameCharacters: 100 } as const;

/**
 * The fields of `{"Fields": [...], "FieldsV2": {name: {"type": "FACET"}}}`, or what is wrong with it.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutIndexPolicy.html
 */
export function parseIndexPolicy(text: string): readonly PolicyField[] | string {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return "The policy document is no valid JSON.";
  }
  if (!isObject(document)) return "The policy document must be a JSON object.";
  const { Fields: names = [], FieldsV2: typed = {}, ...others } = document;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) return `The policy document has an unknown member: ${unknown}.`;
  if (!Array.isArray(names) || !names.every((name) => typeof name === "string")) {
    return "Fields must be a list of field names.";
  }
  if (!isObject(typed)) return "FieldsV2 must be an object with a field name and its type in each member.";
  const fields: PolicyField[] = names.map((name) => ({ name, type: "FIELD_INDEX" }));
  for (const [name, definition] of Object.entries(typed)) {
    const type = isObject(definition) ? definition["type"] : undefined;
    if (type !== "FIELD_INDEX" && type !== "FACET") {
      return `The type of the field ${name} must be FIELD_INDEX or FACET.`;
    }
    fields.push({ name, type });
  }
  return problemOf(fields) ?? fields;
}

function problemOf(fields: readonly PolicyField[]): string | undefined {
  const { fields: most, nameCharacters } = indexPolicyLimits;
  if (fields.length === 0) return "The policy document must include at least one field index.";
  if (fields.length > most) return `The policy document can include at most ${most} fields.`;
  const long = fields.find(({ name }) => name === "" || name.length > nameCharacters);
  if (long !== undefined) return `A field name must have between 1 and ${nameCharacters} characters.`;
  const twice = fields.find(({ name }, index) => fields.findIndex((other) => other.name === name) < index);
  return twice === undefined ? undefined : `The field ${twice.name} is in the policy document twice.`;
}

/** A field and when it was indexed: events that arrived from `from` on and before `until` have it. */
export interface FieldIndexSpan extends PolicyField {
  readonly from: number;
  readonly until?: number;
}

/**
 * Events whose way into the store crosses a change of the policy may be on either side of it, so that an
 * index counts from so long after the change to so long before the next.
 */
const settleMs = 10_000;
/** Spans that have ended are kept so long, as AWS tells of inactive indexes, and no more than so many. */
const keptMs = 30 * 86_400_000;
const keptSpans = 100;

/** The spans behind a change of a policy to `fields`; without fields the policy is gone. */
export function changeIndexSpans(
  before: readonly FieldIndexSpan[],
  fields: readonly PolicyField[],
  now: number,
): readonly FieldIndexSpan[] {
  const current = before.filter(({ until }) => until === undefined);
  const wanted = (name: string) => fields.find((field) => field.name === name);
  const going = current.flatMap((span) => {
    const field = wanted(span.name);
    return field === undefined ? [] : [{ ...span, type: field.type }];
  });
  const begun = fields
    .filter(({ name }) => !current.some((span) => span.name === name))
    .map((field) => ({ ...field, from: now + settleMs }));
  const ended = before
    .flatMap((span) =>
      span.until === undefined && wanted(span.name) === undefined ? [{ ...span, until: now - settleMs }] : [],
    )
    .concat(before.flatMap(({ until, ...span }) => (until === undefined ? [] : [{ ...span, until }])))
    .filter(({ from, until }) => until > from && until > now - keptMs)
    .slice(0, keptSpans);
  return [...going, ...begun, ...ended];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
