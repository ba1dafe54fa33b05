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
  readonly input?: object | undefined;
  /** See `recordedInput`; the input itself is not there then. */
  readonly recorded?: object | undefined;
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
  const { service, operation, identity } = call;
  if (service === undefined || operation === undefined || identity === undefined) return undefined;
  const { signingName } = service.model;
  const { principal, region } = identity;
  const facts = factsOf(service, operation);
  const { data, readOnly } = facts;
  const input = (call.input ?? {}) as CallValues;
  const resources = data === undefined ? resourcesOf(signingName, operation.name, input) : [];
  const user = userOf(principal);
  return {
    account: principal.account,
    region,
    category: facts.category,
    calledAt: call.receivedAt,
    eventId,
    eventName: operation.name,
    eventSource: facts.eventSource,
    readOnly,
    userName: user.name,
    accessKeyId: principal.accessKeyId,
    resources,
    // Every call that is answered is written down: of this text, what calls have in common is made once.
    record:
      `{"eventVersion":"1.11","userIdentity":${user.identity},"eventTime":"${isoSeconds(call.receivedAt)}",` +
      `${facts.whatFields},"awsRegion":${json(region)},${whenceFields(call.request)}` +
      `${failureFields(call.failure)},` +
      `"requestParameters":${requestParametersOf(call, operation.input, data)},` +
      `"responseElements":${responseElementsOf(call, operation.output, facts)},` +
      `"requestID":${json(call.requestId)},"eventID":${json(eventId)},"readOnly":${readOnly}` +
      `${resourceField(resources, data, principal.account)},${facts.typeFields},` +
      `"recipientAccountId":${json(principal.account)},"eventCategory":"${facts.category}"}`,
  };
}

/** The event source of the own service, which is not Amazon's and does not say so. */
export const ownEventSource = "groundwatch";

type CalledService = NonNullable<AuditedCall["service"]>;
type CalledOperation = NonNullable<AuditedCall["operation"]>;

/** What all records of an operation have in common. */
interface OperationFacts {
  readonly service: CalledService;
  /** Undefined for an operation of the management plane. */
  readonly data: DataOperation | undefined;
  readonly category: AuditEntry["category"];
  readonly readOnly: boolean;
  readonly eventSource: string;
  /** Fields of the record, as JSON. */
  readonly whatFields: string;
  readonly typeFields: string;
}

const operations = new WeakMap<CalledOperation, OperationFacts>();

/** Operations belong to models, which live as long as the server. */
function factsOf(service: CalledService, operation: CalledOperation): OperationFacts {
  const known = operations.get(operation);
  if (known?.service === service) return known;
  const { signingName, version } = service.model;
  const data = dataOperation(signingName, operation.name);
  const isManagement = data === undefined;
  const eventSource = signingName === ownEventSource ? signingName : `${signingName}.amazonaws.com`;
  const facts: OperationFacts = {
    service,
    data,
    category: isManagement ? "Management" : "Data",
    readOnly: isReadOnly(signingName, operation.name),
    eventSource,
    whatFields: `"eventSource":${json(eventSource)},"eventName":${json(operation.name)}`,
    typeFields: `"eventType":"AwsApiCall","apiVersion":${json(version)},"managementEvent":${isManagement}`,
  };
  operations.set(operation, facts);
  return facts;
}

function json(value: string | object): string {
  return JSON.stringify(value);
}

const latest = { second: Number.NaN, text: "" };

/** Most calls are of the second of the call before. */
function isoSeconds(instant: number): string {
  const second = Math.floor(instant / 1000);
  if (latest.second !== second) {
    latest.text = `${new Date(second * 1000).toISOString().slice(0, -5)}Z`;
    latest.second = second;
  }
  return latest.text;
}

function whenceFields({ sourceAddress, headers }: AuditedCall["request"]): string {
  const address = sourceAddress.startsWith("::ffff:") ? sourceAddress.slice(7) : sourceAddress;
  return `"sourceIPAddress":${json(address)},"userAgent":${json(shortened(headers["user-agent"] ?? ""))}`;
}

function failureFields(failure: AuditedCall["failure"]): string {
  if (failure === undefined) return "";
  return `,"errorCode":${json(failure.name)},"errorMessage":${json(shortened(failure.message))}`;
}

function shortened(text: string): string {
  return text.slice(0, auditLimits.textCharacters);
}

function requestParametersOf(
  { input, recorded }: AuditedCall,
  shape: ParameterShape,
  data: DataOperation | undefined,
): string {
  if (recorded !== undefined) return bounded(recorded);
  if (input === undefined || data?.parameters === undefined) return parametersOf(input, shape);
  return bounded(data.parameters(input as CallValues));
}

/** Reads and failures have none: "null for actions that do not make changes". */
function responseElementsOf(
  { output, failure }: AuditedCall,
  shape: ParameterShape,
  { data, readOnly }: OperationFacts,
): string {
  if (readOnly || failure !== undefined || output === undefined) return "null";
  if (data === undefined) return parametersOf(output, shape);
  return data.response === undefined ? "null" : bounded(data.response(output as CallValues));
}

function resourceField(
  resources: readonly AuditedResource[],
  data: DataOperation | undefined,
  accountId: string,
): string {
  if (data !== undefined) return `,"resources":[{"type":${json(data.resourceType)}}]`;
  if (resources.length === 0) return "";
  const named = resources.map(({ type, name }) =>
    name.startsWith("arn:") ? { accountId, type, ARN: name } : { accountId, type, resourceName: name },
  );
  return `,"resources":${json(named)}`;
}

interface AuditedUser {
  /** What LookupEvents calls the user name. */
  readonly name: string;
  /** The `userIdentity`, as JSON. */
  readonly identity: string;
}

const users = new WeakMap<AuditedPrincipal, AuditedUser>();

/** Principals are few and long-lived, so that what is made of one is kept. */
function userOf(principal: AuditedPrincipal): AuditedUser {
  const known = users.get(principal);
  if (known !== undefined) return known;
  const { name, identity } = newUser(principal);
  const user = { name, identity: json(identity) };
  users.set(principal, user);
  return user;
}

const arnForm = /^arn:([\w-]+):(?:iam|sts)::\d*:([\w-]+)(?:\/(.+))?$/;

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html */
function newUser({ account, accessKeyId, arn, userName }: AuditedPrincipal): {
  readonly name: string;
  readonly identity: object;
} {
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
