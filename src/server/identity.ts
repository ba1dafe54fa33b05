// Who calls: proven by the signature under --auth iam, taken from its scope under --auth off.
import { timingSafeEqual } from "node:crypto";
import {
  accessKeyIdOfToken,
  bearerTokenOf,
  type AccessKey,
  type AccessKeyStore,
} from "../services/groundwatch/access-key-store.ts";
import { bearerToken } from "../wire/endpoints.ts";
import type { Identity, Principal, WireRequest } from "../wire/request.ts";
import type { Service } from "../wire/service.ts";
import { pathOf } from "../wire/routing.ts";
import { createSignatureVerifier } from "../wire/sigv4.ts";
import { unknownToken } from "../wire/sigv4-errors.ts";
import { peekScope, readSignature } from "../wire/sigv4-request.ts";

export interface IdentityOptions {
  readonly auth: "off" | "iam";
  /** Of callers whose access key does not name an account, under `--auth off`. */
  readonly account: string;
  /** Of requests that name no region. */
  readonly region: string;
  readonly accessKeys: AccessKeyStore;
  readonly now: () => number;
}

/**
 * @throws WireError with AWS's own code for a signature that is missing, malformed, wrong, old or of
 * nobody.
 */
export type Authenticate = (request: WireRequest, service: Service) => Identity;

/**
 * Each (account, region) is a world of its own: the credentials name the account, the signature's scope the
 * region.
 */
export function createAuthenticate(options: IdentityOptions): Authenticate {
  const bySignature = options.auth === "iam" ? proveIdentity(options) : claimIdentity(options);
  return (request, service) => {
    const token = service.endpoints.has(pathOf(request)) ? bearerToken(request) : undefined;
    return token === undefined ? bySignature(request, service) : bearerIdentity(request, token, options);
  };
}

/**
 * Only the endpoints outside the AWS protocols take tokens. Such a request names its region, if at all, by
 * its host: `logs.eu-west-1.example.com`.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_HTTP_Endpoints_BearerTokenAuth.html
 *
 * @throws WireError `UnrecognizedClientException`, under --auth iam
 */
function bearerIdentity(request: WireRequest, token: string, options: IdentityOptions): Identity {
  const key = options.accessKeys.find(accessKeyIdOfToken(token) ?? "");
  const isProven = key !== undefined && isSame(bearerTokenOf(key), token);
  if (!isProven && options.auth === "iam") throw unknownToken();
  const { account, userName, accessKeyId } = isProven
    ? key
    : { account: options.account, userName: undefined, accessKeyId: "" };
  const region = /^(?:logs|monitoring)\.([a-z]+(?:-[a-z]+)+-\d)\./.exec(request.headers["host"] ?? "")?.[1];
  const principal = {
    account,
    accessKeyId,
    arn: arnOf(account, userName),
    userName,
    hasBearerToken: true,
  };
  return { principal, region: region ?? options.region };
}

/** Of equal length unless the token is malformed, which `accessKeyIdOfToken` has refused. */
function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}

/** Any access key is accepted; one of 12 digits is an account, one that is known here is its owner's. */
function claimIdentity({ account, region, accessKeys }: IdentityOptions): Authenticate {
  const principals = createPrincipals();
  return (request) => {
    const scope = peekScope(request);
    const accessKeyId = scope?.accessKeyId ?? "";
    const key = accessKeys.find(accessKeyId);
    const claimed = /^\d{12}$/.test(accessKeyId) ? accessKeyId : account;
    const principal = principals.of(accessKeyId, key?.account ?? claimed, key?.userName);
    return { principal, region: scope?.region ?? region };
  };
}

function proveIdentity({ accessKeys, now }: IdentityOptions): Authenticate {
  const principals = createPrincipals();
  const verifier = createSignatureVerifier();
  return (request, service) => {
    const signature = readSignature(request);
    const { accessKeyId, region } = signature.scope;
    const key = accessKeys.find(accessKeyId);
    verifier.verify(request, signature, {
      credentials: key && { secretAccessKey: key.secretAccessKey },
      signingName: service.model.signingName,
      now: now(),
    });
    const { account, userName } = key as AccessKey; // the verifier refuses a key that nobody has
    return { principal: principals.of(accessKeyId, account, userName), region };
  };
}

/** Beyond these, principals are made anew for each request. */
const maxKeptPrincipals = 10_000;

/** Principals are kept, so that what is made of one (an audit record's userIdentity) can be kept with it. */
function createPrincipals() {
  const kept = new Map<string, Principal>();
  return {
    of(accessKeyId: string, account: string, userName: string | undefined): Principal {
      const name = `${accessKeyId}/${account}/${userName ?? ""}`;
      const known = kept.get(name);
      if (known !== undefined) return known;
      const principal = { account, accessKeyId, arn: arnOf(account, userName), userName };
      if (kept.size < maxKeptPrincipals) kept.set(name, principal);
      return principal;
    },
  };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns */
function arnOf(account: string, userName: string | undefined): string {
  return `arn:aws:iam::${account}:${userName === undefined ? "root" : `user/${userName}`}`;
}
