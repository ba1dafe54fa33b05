// Parameters and responses in records: a call's values in CloudTrail's spelling, bounded and without secrets.
import { auditLimits } from "./limits.ts";

/** As much of a wire shape as is needed to find secrets; shapes may contain themselves. */
export interface ParameterShape {
  readonly kind: string;
  readonly members?: readonly ParameterMember[];
  readonly item?: ParameterMember;
  readonly value?: ParameterMember;
}

export interface ParameterMember {
  readonly name: string;
  readonly shape: ParameterShape;
  readonly sensitive: boolean;
}

/** What CloudTrail writes in the place of a secret. */
export const hidden = "HIDDEN_DUE_TO_SECURITY_REASONS";

/** Members that hold secrets although not every model says so. */
const secretNames: ReadonlySet<string> = new Set([
  "accesstoken",
  "apikeyvalue",
  "authorization",
  "authtoken",
  "bearertoken",
  "clientsecret",
  // Where a subscriber of SNS is, which may hold a password, and what proves that it confirms.
  "endpoint",
  "password",
  "privatekey",
  "secretaccesskey",
  "sessiontoken",
  // The cells of a lookup table, which may be kept under a key.
  "tablebody",
  "token",
]);

/**
 * The values as CloudTrail writes them: member names begin in lower case, instants are ISO 8601, bytes are
 * only counted. As JSON: `null` when there is nothing; `{"omitted":true}` when it would be larger than AWS's
 * limit
 * (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html).
 */
export function parametersOf(values: object | undefined, shape: ParameterShape): string {
  if (values === undefined) return "null";
  return bounded(structureOf(values, shape.members ?? []));
}

/** The JSON of an object, or of what stands for one that is empty or too large. */
export function bounded(parameters: object): string {
  const text = JSON.stringify(parameters);
  if (text === "{}") return "null";
  return text.length > auditLimits.parametersCharacters ? '{"omitted":true}' : text;
}

function structureOf(values: object, members: readonly ParameterMember[]): object {
  const result: Record<string, unknown> = {};
  const valueIsSecret = Reflect.get(values, "IsValueSecret") === true;
  for (const member of members) {
    const value: unknown = Reflect.get(values, member.name);
    if (value === undefined || value === null) continue;
    const secret =
      member.sensitive ||
      secretNames.has(member.name.toLowerCase()) ||
      (valueIsSecret && member.name === "Value");
    result[lowerFirst(member.name)] = secret ? hidden : valueOf(value, member.shape);
  }
  return result;
}

function valueOf(value: unknown, shape: ParameterShape): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => memberValue(item, shape.item));
  // A stream of events is answered, not recorded.
  if (Symbol.asyncIterator in value) return undefined;
  if (shape.members !== undefined) return structureOf(value, shape.members);
  const { value: item } = shape;
  if (item === undefined) return value;
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, memberValue(held, item)]));
}

function memberValue(value: unknown, member: ParameterMember | undefined): unknown {
  if (member === undefined) return value;
  return member.sensitive ? hidden : valueOf(value, member.shape);
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
