// The access policy of a destination: which accounts may send their log events to it.

interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: unknown;
  readonly Action?: unknown;
  readonly Resource?: unknown;
  readonly Condition?: unknown;
}

export interface DestinationPolicy {
  readonly statements: readonly Statement[];
}

const maximumStatements = 100;

/** Undefined for what is no policy document. */
export function parseDestinationPolicy(text: string): DestinationPolicy | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return undefined; // what is no JSON is no policy
  }
  if (!isObject(document)) return undefined;
  const { Statement: given } = document;
  const statements: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (statements.length === 0 || statements.length > maximumStatements) return undefined;
  return statements.every(isStatement) ? { statements } : undefined;
}

export type DestinationAction =
  | "logs:PutSubscriptionFilter"
  | "logs:PutAccountPolicy"
  | "logs:CreateDelivery";

/**
 * Whether the policy lets an account do something with the destination. A statement with conditions, which
 * are about organizations, allows nothing here and denies as if it had none.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CreateDestination.html
 */
export function allows(
  policy: DestinationPolicy,
  account: string,
  action: DestinationAction,
  destinationArn: string,
): boolean {
  const applies = ({ Principal, Action, Resource }: Statement) =>
    isPrincipal(Principal, account) &&
    isMatch(Action, action, true) &&
    isMatch(Resource, destinationArn, false);
  const applying = policy.statements.filter(applies);
  if (applying.some(({ Effect }) => Effect === "Deny")) return false;
  return applying.some(({ Effect, Condition }) => Effect === "Allow" && Condition === undefined);
}

/** `"*"`, `{"AWS": "111122223333"}`, `{"AWS": ["arn:aws:iam::111122223333:root"]}` */
function isPrincipal(principal: unknown, account: string): boolean {
  const given = isObject(principal) ? principal["AWS"] : principal;
  return textsOf(given).some((text) => {
    return text === "*" || text === account || text.startsWith(`arn:aws:iam::${account}:`);
  });
}

function isMatch(given: unknown, wanted: string, ignoreCase: boolean): boolean {
  return textsOf(given).some((text) => {
    const escaped = text.replace(/[.+^${}()|[\]\\]/g, "\\$&");
    const source = escaped.replaceAll("*", ".*").replaceAll("?", ".");
    return new RegExp(`^${source}$`, ignoreCase ? "i" : "").test(wanted);
  });
}

function textsOf(given: unknown): readonly string[] {
  const all: readonly unknown[] = Array.isArray(given) ? given : [given];
  return all.filter((text) => typeof text === "string");
}

function isStatement(value: unknown): value is Statement {
  return isObject(value) && (value["Effect"] === "Allow" || value["Effect"] === "Deny");
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
