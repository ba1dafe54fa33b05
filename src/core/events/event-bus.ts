// Event buses: their names, their ARNs, and the resource policies that PutPermission builds.

export const defaultBusName = "default";

/** A bus as another call names it: by its name, or by the ARN of a bus anywhere. */
export interface BusReference {
  readonly name: string;
  /** Undefined when only a name was given: the caller's own. */
  readonly account: string | undefined;
  readonly region: string | undefined;
}

const busArn = /^arn:aws[\w-]*:events:([\w-]+):(\d{12}):event-bus\/(.+)$/;

/** Reads what `EventBusName` and `Name` may hold; absent is the default bus. */
export function busReference(nameOrArn: string | undefined): BusReference {
  const match = busArn.exec(nameOrArn ?? "");
  if (match === null) return { name: nameOrArn ?? defaultBusName, account: undefined, region: undefined };
  return { name: match[3] ?? "", account: match[2], region: match[1] };
}

export function busArnOf(account: string, region: string, name: string): string {
  return `arn:${partitionOf(region)}:events:${region}:${account}:event-bus/${name}`;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

/** A statement of a bus's policy, in IAM's form; statements of a whole policy are kept as they came. */
export interface PolicyStatement {
  readonly Sid?: string;
  readonly [element: string]: unknown;
}

export interface BusPolicy {
  readonly Version?: string;
  readonly Statement: readonly PolicyStatement[];
}

/** What PutPermission says in its own members instead of a whole policy. */
export interface Permission {
  readonly statementId: string;
  readonly action: string;
  /** A twelve-digit account, or `*`. */
  readonly principal: string;
  readonly condition: { readonly type: string; readonly key: string; readonly value: string } | undefined;
}

/** The policy with the statement added, or put in the place of the one of the same id. */
export function withPermission(
  policy: BusPolicy | undefined,
  permission: Permission,
  resource: string,
): BusPolicy {
  const { statementId, action, principal, condition } = permission;
  const [, partition] = resource.split(":");
  const statement: PolicyStatement = {
    Sid: statementId,
    Effect: "Allow",
    Principal: principal === "*" ? "*" : { AWS: `arn:${partition}:iam::${principal}:root` },
    Action: action,
    Resource: resource,
    ...(condition === undefined
      ? {}
      : { Condition: { [condition.type]: { [condition.key]: condition.value } } }),
  };
  const others = policy?.Statement.filter(({ Sid }) => Sid !== statementId) ?? [];
  return { Version: policy?.Version ?? "2012-10-17", Statement: [...others, statement] };
}

/** The policy without a statement; undefined when that was the last. */
export function withoutStatement(policy: BusPolicy, statementId: string): BusPolicy | undefined {
  const Statement = policy.Statement.filter(({ Sid }) => Sid !== statementId);
  return Statement.length === 0 ? undefined : { ...policy, Statement };
}

/** Reads a whole policy; undefined when it is not JSON of a policy whose statements have an effect. */
export function parsePolicy(text: string): BusPolicy | undefined {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(policy)) return undefined;
  const { Statement } = policy;
  const statements: readonly unknown[] = Array.isArray(Statement) ? Statement : [Statement];
  if (statements.length === 0 || !statements.every(isStatement)) return undefined;
  return { ...policy, Statement: statements };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isStatement(value: unknown): value is PolicyStatement {
  if (!isObject(value)) return false;
  const { Sid = "", Effect, Principal, Action } = value;
  const names = typeof Sid === "string" && (Effect === "Allow" || Effect === "Deny");
  return names && Principal !== undefined && Action !== undefined;
}
