// The access policy of a destination: which accounts may send their log events to it.
import { isObject } from "../policies/policy-values.ts";
import { decide, parseResourcePolicy, type ResourcePolicy } from "../policies/resource-policy.ts";

/** Undefined for what is no policy document, or says nothing. */
export function parseDestinationPolicy(text: string): ResourcePolicy | undefined {
  const policy = parseResourcePolicy(text);
  return policy === undefined || policy.Statement.length === 0 ? undefined : policy;
}

const organizationKeys: ReadonlySet<string> = new Set(["aws:principalorgid", "aws:principalorgpaths"]);

/** Whether a statement lets an organization in: AWS then wants a role of who subscribes. */
export function asksForOrganization({ Statement }: ResourcePolicy): boolean {
  return Statement.some(({ Effect, Condition }) => {
    const tests = Effect === "Allow" && isObject(Condition) ? Object.values(Condition).filter(isObject) : [];
    return tests.flatMap(Object.keys).some((key) => organizationKeys.has(key.toLowerCase()));
  });
}

export type DestinationAction =
  | "logs:PutSubscriptionFilter"
  | "logs:PutAccountPolicy"
  | "logs:CreateDelivery";

/**
 * Whether the policy lets an account do something with the destination. It is asked when somebody subscribes
 * and before every delivery, so it is the account that is judged, as its root: users and their addresses are
 * not. Organizations are not known here, so that a condition that asks for one does not hold.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CreateDestination.html
 */
export function allows(
  policy: ResourcePolicy,
  account: string,
  action: DestinationAction,
  destinationArn: string,
): boolean {
  const principal = { kind: "account", account, arn: `arn:aws:iam::${account}:root` } as const;
  const context = {
    "aws:principalaccount": account,
    "aws:principalarn": principal.arn,
    "aws:principalisawsservice": "false",
    "aws:principaltype": "Account",
    "aws:securetransport": "true",
  };
  return decide(policy, { principal, action, resourceArn: destinationArn, context }) === "Allow";
}
