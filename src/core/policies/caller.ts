// What policies are asked: the calls of accounts, and what services do on their own.
import type { PolicyRequest } from "./resource-policy.ts";

/** A call as the request path knows it. */
export interface PolicyCaller {
  readonly principal: {
    readonly account: string;
    readonly arn: string;
    readonly userName: string | undefined;
    readonly isAnonymous?: boolean;
  };
  /** Epoch milliseconds. */
  readonly now: number;
  readonly sourceAddress: string;
  readonly userAgent: string;
  readonly isSecure: boolean;
}

/**
 * With the condition keys that are known of a call.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export function requestOfCaller(
  { principal, now, sourceAddress, userAgent, isSecure }: PolicyCaller,
  action: string,
  resourceArn: string,
): PolicyRequest {
  const { account, arn, userName } = principal;
  return {
    principal: { kind: "account", account, arn },
    action,
    resourceArn,
    context: {
      "aws:currenttime": new Date(now).toISOString(),
      "aws:epochtime": String(Math.floor(now / 1_000)),
      "aws:principalaccount": account,
      "aws:principalarn": arn,
      "aws:principaltype": userName === undefined ? "Account" : "User",
      "aws:securetransport": String(isSecure),
      "aws:sourceip": sourceAddress,
      // What topics call the account of the caller.
      "aws:sourceowner": account,
      "aws:useragent": userAgent,
      ...(userName === undefined ? {} : { "aws:username": userName }),
    },
  };
}

/** A service that acts for a resource: an alarm, a topic. */
export interface ServiceCaller {
  /** `sns.amazonaws.com` */
  readonly service: string;
  readonly sourceArn: string;
  readonly sourceAccount: string;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html */
export function requestOfService(
  { service, sourceArn, sourceAccount }: ServiceCaller,
  action: string,
  resourceArn: string,
): PolicyRequest {
  return {
    principal: { kind: "service", service },
    action,
    resourceArn,
    context: {
      "aws:principalisawsservice": "true",
      "aws:principalservicename": service,
      "aws:securetransport": "true",
      "aws:sourceaccount": sourceAccount,
      "aws:sourcearn": sourceArn,
      "aws:sourceowner": sourceAccount,
    },
  };
}
