// The CloudTrail record of a call that was answered, and the columns under which it is found again.
import { auditLimits } from "./limits.ts";
import { dataOperation, isReadOnly, type CallValues, type DataOperation } from "./operations.ts";
import { bounded, parametersOf, type ParameterShape } from "./parameters.ts";
import { resourcesOf, type AuditedResource } from "./resources.ts";

/** What the request path knows of an answered call; the wire's own record of it has this form. */
export interface AuditedCall {
  readonly requestId: string;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  readonly request: {
    readonly sourceAddress: string;
    readonly headers: Readonly<Record<string, string | undefined>>;
  };
  readonly service?: {
    readonly model: { readonly name: string; readonly signingName: string; readonly version: string };
  };
  readonly operation?: {
    readonly name: string;
    readonly input: ParameterShape;
    readonly output: ParameterShape;
  };
  /** Absent when nobody knows who called: such a call belongs to no account. */
  readonly identity?: { readonly principal: AuditedPrincipal; readonly region: string };
  readonly input?: object;
  readonly output?: object;
  readonly failure?: { readonly name: string; readonly message: string };
}

export interface AuditedPrincipal {
  readonly account: string;
  readonly accessKeyId: string;
  readonly arn: string;
  readonly userName: string | undefined;
}

/** A record and its look-up attributes. */
export interface AuditEntry {
  readonly account: string;
  readonly region: string;
  readonly category: "Management" | "Data";
  /** Epoch milliseconds. */
  readonly calledAt: number;
  readonly eventId: string;
  readonly eventName: string;
  readonly eventSource: string;
  readonly readOnly: boolean;
  readonly userName: string;
  readonly accessKeyId: string;
  readonly resources: readonly AuditedResource[];
  /** The record as JSON. */
  readonly record: string;
}

/**
 * Undefined for a call of which the operation or the caller stayed unknown. The fields are those of
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export function auditEntryOf(call: AuditedCall, eventId: string): AuditEntry | undefined {
  const { service, operation, identity, failure } = call;
  if (service === undefined || operation === undefined || identity === undefined) return undefined;
  const { signingName, version } = service.model;
  const { principal, region } = identity;
  const data = dataOperation(signingName, operation.name);
  const readOnly = isReadOnly(signingName, operation.name);
  const input = (call.input ?? {}) as CallValues;
  const resources = data === undefined ? resourcesOf(signingName, operation.name, input) : [];
  const user = userOf(principal);
  const entry = {
    account: principal.account,
    region,
    category: data === undefined ? "Management" : "Data",
    calledAt: call.receivedAt,
    eventId,
    eventName: operation.name,
    eventSource: eventSourceOf(signingName),
    readOnly,
    userName: user.name,
    accessKeyId: principal.accessKeyId,
    resources,
  } as const;
  const record = JSON.stringify({
    eventVersion: "1.11",
    userIdentity: user.identity,
    eventTime: isoSeconds(call.receivedAt),
    eventSource: entry.eventSource,
    eventName: operation.name,
    awsRegion: region,
    sourceIPAddress: call.request.sourceAddress.replace(/^::ffff:/, ""),
    userAgent: (call.request.headers["user-agent"] ?? "").slice(0, auditLimits.textCharacters),
    ...(failure === undefined ? {} : { errorCode: failure.name, errorMessage: shortened(failure.message) }),
    requestParameters: requestParametersOf(call, operation.input, data),
    responseElements: responseElementsOf(call, operation.output, data, readOnly),
    requestID: call.requestId,
    eventID: eventId,
    readOnly,
    ...resourceField(resources, data, principal.account),
    eventType: "AwsApiCall",
    apiVersion: version,
    managementEvent: data === undefined,
    recipientAccountId: principal.account,
    eventCategory: entry.category,
  });
  return { ...entry, record };
}

/** The event source of the own service, which is not Amazon's and does not say so. */
export const ownEventSource = "groundwatch";

function eventSourceOf(signingName: string): string {
  return signingName === ownEventSource ? signingName : `${signingName}.amazonaws.com`;
}

function isoSeconds(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, -5)}Z`;
}

function shortened(text: string): string {
  return text.slice(0, auditLimits.textCharacters);
}

function requestParametersOf(
  { input }: AuditedCall,
  shape: ParameterShape,
  data: DataOperation | undefined,
): object | null {
  if (input === undefined || data?.parameters === undefined) return parametersOf(input, shape);
  return bounded(data.parameters(input as CallValues));
}

/** Reads and failures have none: "null for actions that do not make changes". */
function responseElementsOf(
  { output, failure }: AuditedCall,
  shape: ParameterShape,
  data: DataOperation | undefined,
  readOnly: boolean,
): object | null {
  if (readOnly || failure !== undefined || output === undefined) return null;
  if (data === undefined) return parametersOf(output, shape);
  return data.response === undefined ? null : bounded(data.response(output as CallValues));
}

function resourceField(
  resources: readonly AuditedResource[],
  data: DataOperation | undefined,
  accountId: string,
): { resources?: readonly object[] } {
  if (data !== undefined) return { resources: [{ type: data.resourceType }] };
  if (resources.length === 0) return {};
  return {
    resources: resources.map(({ type, name }) =>
      name.startsWith("arn:") ? { accountId, type, ARN: name } : { accountId, type, resourceName: name },
    ),
  };
}

interface AuditedUser {
  /** What LookupEvents calls the user name. */
  readonly name: string;
  readonly identity: object;
}

const users = new WeakMap<AuditedPrincipal, AuditedUser>();

/** Principals are few and long-lived, so that what is made of one is kept. */
function userOf(principal: AuditedPrincipal): AuditedUser {
  const known = users.get(principal);
  if (known !== undefined) return known;
  const user = newUser(principal);
  users.set(principal, user);
  return user;
}

const arnForm = /^arn:([\w-]+):(?:iam|sts)::\d*:([\w-]+)(?:\/(.+))?$/;

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html */
function newUser({ account, accessKeyId, arn, userName }: AuditedPrincipal): AuditedUser {
  const [, partition = "aws", kind = "root", path = ""] = arnForm.exec(arn) ?? [];
  const common = { arn, accountId: account, accessKeyId };
  const [first = "", session = ""] = path.split("/");
  if (kind === "assumed-role") {
    const roleArn = `arn:${partition}:iam::${account}:role/${first}`;
    const sessionIssuer = {
      type: "Role",
      principalId: first,
      arn: roleArn,
      accountId: account,
      userName: first,
    };
    const principalId = `${first}:${session}`;
    const sessionContext = { sessionIssuer };
    return { name: session, identity: { type: "AssumedRole", principalId, ...common, sessionContext } };
  }
  // Whoever opened a link that needs no signature.
  if (kind === "anonymous") {
    const identity = { type: "AWSAccount", principalId: "", accountId: "ANONYMOUS_PRINCIPAL" };
    return { name: "", identity };
  }
  if (kind === "federated-user") {
    return { name: path, identity: { type: "FederatedUser", principalId: `${account}:${path}`, ...common } };
  }
  if (kind === "user") {
    const name = userName ?? path;
    return { name, identity: { type: "IAMUser", principalId: name, ...common, userName: name } };
  }
  return { name: "root", identity: { type: "Root", principalId: account, ...common } };
}
