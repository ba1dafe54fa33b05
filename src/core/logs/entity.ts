// The entity that log events come with: what they are about, and why CloudWatch Logs does not take it.

/** Names and values that tell one entity from the others. */
type KeyAttributes = Readonly<Record<string, string>>;

interface Entity {
  readonly keyAttributes?: KeyAttributes | undefined;
  readonly attributes?: KeyAttributes | undefined;
}

export type EntityRejection =
  | "InvalidKeyAttributes"
  | "InvalidTypeValue"
  | "MissingRequiredFields"
  | "UnsupportedLogGroupType";

const keyNames: ReadonlySet<string> = new Set(["Type", "ResourceType", "Identifier", "Name", "Environment"]);

/** What an entity of each type cannot be told by without. */
const requiredOf: ReadonlyMap<string, readonly string[]> = new Map([
  ["AWS::Resource", ["ResourceType", "Identifier"]],
  ["Resource", ["ResourceType", "Identifier"]],
  ["AWS::Service", ["Name"]],
  ["RemoteService", ["Name"]],
  ["Service", ["Name"]],
]);

/** What system fields that tell of an entity begin with. */
export const entityPrefix = "@entity.";

/**
 * The fields by which queries find the entity of an event: `@entity.KeyAttributes.Type`,
 * `@entity.Attributes.EC2.InstanceId`.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
 */
export function entityFields({ keyAttributes = {}, attributes = {} }: Entity): KeyAttributes {
  const named = (kind: string, given: KeyAttributes) =>
    Object.entries(given).map(([name, value]) => [`${entityPrefix}${kind}.${name}`, value] as const);
  return Object.fromEntries([...named("KeyAttributes", keyAttributes), ...named("Attributes", attributes)]);
}

/**
 * Undefined for an entity that is taken. The events are stored in any case.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/adding-your-own-related-telemetry.html
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_RejectedEntityInfo.html
 */
export function entityRejection(keyAttributes: KeyAttributes = {}): EntityRejection | undefined {
  if (Object.keys(keyAttributes).some((name) => !keyNames.has(name))) return "InvalidKeyAttributes";
  const type = keyAttributes["Type"];
  if (type === undefined) return "MissingRequiredFields";
  const required = requiredOf.get(type);
  if (required === undefined) return "InvalidTypeValue";
  return required.every((name) => name in keyAttributes) ? undefined : "MissingRequiredFields";
}
