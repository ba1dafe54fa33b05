// The policy of a topic or a queue: which accounts and services may do what with it.
import { conditionHolds, isCondition, type PolicyContext } from "./policy-condition.ts";
import { isLike, isObject, textsOf } from "./policy-values.ts";

/** Who asks: an account, as one of its users or as its root, or a service such as `sns.amazonaws.com`. */
export type PolicyPrincipal =
  | { readonly kind: "account"; readonly account: string; readonly arn: string }
  | { readonly kind: "service"; readonly service: string };

export interface PolicyRequest {
  readonly principal: PolicyPrincipal;
  /** `sns:Publish` */
  readonly action: string;
  readonly resourceArn: string;
  /** Condition keys and their values; the names of keys are in lower case: `aws:sourcearn`. */
  readonly context: PolicyContext;
}

interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly [element: string]: unknown;
}

export interface ResourcePolicy {
  readonly Version: string;
  readonly Id?: string;
  readonly Statement: readonly Statement[];
}

/** `Neither` when no statement applies: who has another right to it may, others may not. */
export type PolicyDecision = "Allow" | "Deny" | "Neither";

const maximumStatements = 100;

/** Undefined for what is no policy. A single statement becomes a list of one. */
export function parseResourcePolicy(text: string): ResourcePolicy | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return undefined; // what is no JSON is no policy
  }
  if (!isObject(document)) return undefined;
  const { Version: version = "2008-10-17", Id: id, Statement: given } = document;
  const statements: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (version !== "2008-10-17" && version !== "2012-10-17") return undefined;
  if (id !== undefined && typeof id !== "string") return undefined;
  if (statements.length > maximumStatements || !statements.every(isStatement)) return undefined;
  return { Version: version, ...(id === undefined ? {} : { Id: id }), Statement: statements };
}

/**
 * What a policy says of a request. A denial outweighs whatever allows.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function decide(policy: ResourcePolicy, request: PolicyRequest): PolicyDecision {
  const applying = policy.Statement.filter((statement) => applies(statement, request));
  if (applying.some(({ Effect }) => Effect === "Deny")) return "Deny";
  return applying.some(({ Effect }) => Effect === "Allow") ? "Allow" : "Neither";
}

function applies(statement: Statement, request: PolicyRequest): boolean {
  const { principal, action, resourceArn, context } = request;
  return (
    isNamed(statement, "Principal", (given) => isPrincipal(given, principal)) &&
    isNamed(statement, "Action", (given) => isMatch(given, action.toLowerCase(), true)) &&
    isNamed(statement, "Resource", (given) => isMatch(given, resourceArn, false)) &&
    conditionHolds(statement["Condition"], context)
  );
}

/** `NotAction` is for all actions but those, and so on; a policy without `Resource` is about its own. */
function isNamed(
  statement: Statement,
  element: "Principal" | "Action" | "Resource",
  matches: (given: unknown) => boolean,
): boolean {
  const excluded = statement[`Not${element}`];
  if (excluded !== undefined) return !matches(excluded);
  const given = statement[element];
  return given === undefined ? element === "Resource" : matches(given);
}

/**
 * `"*"`, `{"AWS": "111122223333"}`, `{"AWS": ["arn:aws:iam::111122223333:root"]}`, `{"Service": "..."}`. The
 * root of an account stands for everybody in it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
function isPrincipal(given: unknown, principal: PolicyPrincipal): boolean {
  const everybody = isObject(given) ? textsOf(given["AWS"]) : textsOf(given);
  if (everybody.includes("*")) return true;
  if (principal.kind === "service") {
    return isObject(given) && textsOf(given["Service"]).includes(principal.service);
  }
  const { account, arn } = principal;
  const names = isObject(given) ? textsOf(given["AWS"]) : [];
  return names.some((name) => {
    return (
      name === account || name === arn || /^arn:aws[\w-]*:iam::(\d{12}):root$/.exec(name)?.[1] === account
    );
  });
}

function isMatch(given: unknown, wanted: string, ignoreCase: boolean): boolean {
  return textsOf(given).some((text) => isLike(ignoreCase ? text.toLowerCase() : text, wanted));
}

function isStatement(value: unknown): value is Statement {
  if (!isObject(value)) return false;
  const { Sid = "", Effect, Condition } = value;
  const hasEffect = Effect === "Allow" || Effect === "Deny";
  const names = (["Principal", "Action"] as const).every((element) => {
    return (value[element] ?? value[`Not${element}`]) !== undefined;
  });
  return typeof Sid === "string" && hasEffect && names && isCondition(Condition);
}
