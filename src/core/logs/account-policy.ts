// Account policies: what applies to every log group of an account in a region.

/** The part of a policy document that is about subscriptions. */
export interface SubscriptionPolicyDocument {
  readonly destinationArn: string;
  readonly roleArn: string | undefined;
  readonly filterPattern: string;
  readonly distribution: "Random" | "ByLogStream";
}

/**
 * The document of a SUBSCRIPTION_FILTER_POLICY; undefined for what is none.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutAccountPolicy.html
 */
export function parseSubscriptionPolicy(text: string): SubscriptionPolicyDocument | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return undefined; // what is no JSON is no policy
  }
  if (typeof document !== "object" || document === null) return undefined;
  const read = (name: string) => (name in document ? Reflect.get(document, name) : undefined) as unknown;
  const destinationArn = read("DestinationArn");
  const roleArn = read("RoleArn");
  const filterPattern = read("FilterPattern") ?? "";
  const distribution = read("Distribution") ?? "ByLogStream";
  if (typeof destinationArn !== "string" || typeof filterPattern !== "string") return undefined;
  if (roleArn !== undefined && typeof roleArn !== "string") return undefined;
  if (distribution !== "Random" && distribution !== "ByLogStream") return undefined;
  return { destinationArn, roleArn, filterPattern, distribution };
}

/**
 * The groups that `LogGroupName NOT IN ["one", "other"]` leaves out; undefined for another text.
 */
export function parseGroupExclusion(criteria: string): readonly string[] | undefined {
  const list = /^\s*LogGroupName\s+NOT\s+IN\s*(\[[^]*\])\s*$/.exec(criteria)?.[1];
  if (list === undefined) return undefined;
  try {
    const names: unknown = JSON.parse(list);
    return Array.isArray(names) && names.every((name) => typeof name === "string") ? names : undefined;
  } catch {
    return undefined; // what is no JSON is no list
  }
}
