// Records of AWS CloudTrail in OCSF: Authentication, Account Change, or API Activity, as the call is.
import { parseJsonObject, type Json, type JsonObject } from "../json-document.ts";
import { apiActivities, ocsfClasses, otherActivity } from "./classes.ts";
import {
  asAddress,
  asDomain,
  asFlag,
  asJsonText,
  isoInstants,
  recordPath,
  row,
  type MappingRow,
  type OcsfActivity,
  type OcsfMapping,
  type OcsfSource,
} from "./mapping.ts";

/** By the first word of the operation's name. */
const verbs: ReadonlyMap<string, OcsfActivity> = new Map([
  ...list("Create Add Allocate Copy Import Register Request Run", apiActivities.create),
  ...list("Batch Describe Filter Get Head List Lookup Query Scan Search Select Test", apiActivities.read),
  ...list("Associate Attach Change Detach Disable Disassociate Enable Modify Put", apiActivities.update),
  ...list("Reboot Replace Reset Restore Set Start Stop Tag Untag Update", apiActivities.update),
  ...list("Delete Deregister Purge Release Remove Terminate", apiActivities.delete),
]);

/** https://schema.ocsf.io/1.5.0/classes/account_change: what IAM does with users and roles. */
const accountChanges: ReadonlyMap<string, OcsfActivity> = new Map([
  ...list("CreateUser CreateRole CreateServiceLinkedRole", { id: 1, name: "Create" }),
  ...list("CreateLoginProfile", { id: 2, name: "Enable" }),
  ...list("ChangePassword", { id: 3, name: "Password Change" }),
  ...list("UpdateLoginProfile", { id: 4, name: "Password Reset" }),
  ...list("DeleteLoginProfile", { id: 5, name: "Disable" }),
  ...list("DeleteUser DeleteRole DeleteServiceLinkedRole", { id: 6, name: "Delete" }),
  ...list("AttachUserPolicy AttachRolePolicy PutUserPolicy PutRolePolicy", { id: 7, name: "Attach Policy" }),
  ...list("DetachUserPolicy DetachRolePolicy", { id: 8, name: "Detach Policy" }),
  ...list("DeleteUserPolicy DeleteRolePolicy", { id: 8, name: "Detach Policy" }),
  ...list("EnableMFADevice", { id: 10, name: "MFA Factor Enable" }),
  ...list("DeactivateMFADevice", { id: 11, name: "MFA Factor Disable" }),
]);

/** https://schema.ocsf.io/1.5.0/classes/authentication */
const logon: OcsfActivity = { id: 1, name: "Logon" };
const authentications: ReadonlyMap<string, OcsfActivity> = new Map([
  ...list("ConsoleLogin AssumeRole AssumeRoleWithSAML AssumeRoleWithWebIdentity AssumeRoot", logon),
  ...list("Logout", { id: 2, name: "Logoff" }),
]);

function list(names: string, activity: OcsfActivity): readonly (readonly [string, OcsfActivity])[] {
  return names.split(" ").map((name) => [name, activity]);
}

const isFailed = (value: Json): Json | undefined => (value === "" ? undefined : "Failure");

/** What all three classes have. https://github.com/ocsf/examples/tree/main/mappings/markdown/AWS */
const commonRows: readonly MappingRow[] = [
  row("userIdentity.identityProvider|userIdentity.webIdFederationData.federatedProvider", "actor.idp.name"),
  row("userIdentity.invokedBy", "actor.invoked_by"),
  row(
    "userIdentity.sessionContext.attributes.creationDate",
    "actor.session.created_time_dt",
    isoInstants.asDateTime,
  ),
  row("userIdentity.sessionContext.attributes.mfaAuthenticated", "actor.session.is_mfa", asFlag),
  row("userIdentity.sessionContext.sessionIssuer.arn", "actor.session.issuer"),
  row("userIdentity.accountId", "actor.user.account.uid"),
  row("userIdentity.accessKeyId|userIdentity.credentialId", "actor.user.credential_uid"),
  row("userIdentity.userName|additionalEventData.UserName", "actor.user.name"),
  row("userIdentity.type", "actor.user.type"),
  row("userIdentity.arn", "actor.user.uid"),
  row("userIdentity.principalId|userIdentity.onBehalfOf.userId", "actor.user.uid_alt"),
  row("userIdentity.onBehalfOf.identityStoreArn", "actor.idp.uid"),
  row("eventName", "api.operation"),
  row("requestParameters", "api.request.data", asJsonText),
  row("requestID", "api.request.uid"),
  row("responseElements", "api.response.data", asJsonText),
  row("errorCode", "api.response.error"),
  row("errorMessage", "api.response.message"),
  row("eventSource", "api.service.name"),
  row("apiVersion", "api.version"),
  row("awsRegion", "cloud.region"),
  row("userAgent", "http_request.user_agent"),
  row("eventCategory", "metadata.product.feature.name"),
  row("eventType", "metadata.event_code"),
  row("eventVersion", "metadata.product.version"),
  row("eventID", "metadata.uid"),
  row("sourceIPAddress", "src_endpoint.ip", asAddress),
  row("sourceIPAddress", "src_endpoint.domain", asDomain),
  row("vpcEndpointId", "src_endpoint.uid"),
  row("eventTime", "time", isoInstants.asInstant),
  row("eventTime", "time_dt", isoInstants.asDateTime),
];

const common = {
  product: { name: "CloudTrail", vendor_name: "AWS", feature: { name: "Management, Data, and Insights" } },
  profiles: ["cloud", "datetime"],
  observables: [
    [recordPath("actor.user.name"), "User Name"],
    [recordPath("user.name"), "User Name"],
    [recordPath("src_endpoint.ip"), "IP Address"],
    [recordPath("src_endpoint.domain"), "Hostname"],
    [recordPath("resources[].uid"), "Resource UID"],
  ],
} as const satisfies Partial<OcsfMapping>;

const recipient = row("recipientAccountId", "cloud.account.uid");
const nameOf = ({ eventName }: JsonObject): string => (typeof eventName === "string" ? eventName : "");

const apiActivity: OcsfMapping = {
  ...common,
  class: ocsfClasses.apiActivity,
  activityOf(record) {
    const name = nameOf(record);
    return verbs.get(/^[A-Z][a-z]+/.exec(name)?.[0] ?? "") ?? otherActivity(name);
  },
  constants: [[["status"], "Success"]],
  rows: [...commonRows, row("errorCode", "status", isFailed), row("resources", "resources", resourcesOf)],
  rowsOf: { "1.5.0": [recipient] },
};

const accountChange: OcsfMapping = {
  ...common,
  class: ocsfClasses.accountChange,
  activityOf: (record) => accountChanges.get(nameOf(record)) ?? otherActivity(nameOf(record)),
  constants: [[["status"], "Success"]],
  rows: [
    ...commonRows,
    row("errorCode", "status", isFailed),
    // Of who was changed; who did it is the actor.
    row("responseElements.user.userId|responseElements.role.roleId", "user.uid"),
    row(
      "responseElements.user.userName|responseElements.role.roleName|requestParameters.userName|" +
        "requestParameters.roleName",
      "user.name",
    ),
  ],
  rowsOf: { "1.5.0": [recipient, row("requestParameters.policyArn", "policy.uid")] },
};

const authentication: OcsfMapping = {
  ...common,
  class: ocsfClasses.authentication,
  activityOf: (record) => authentications.get(nameOf(record)) ?? otherActivity(nameOf(record)),
  rows: [
    ...commonRows,
    row("responseElements.ConsoleLogin", "status"),
    row("additionalEventData.LoginTo", "dst_endpoint.svc_name"),
    row("additionalEventData.MFAUsed", "is_mfa", asFlag),
    row("requestParameters.roleArn|userIdentity.arn", "user.uid"),
    row("userIdentity.principalId", "user.uid_alt"),
    row("requestParameters.roleSessionName", "user.name"),
  ],
  rowsOf: {
    "1.5.0": [
      recipient,
      row("responseElements.credentials.accessKeyId", "session.credential_uid"),
      row("responseElements.assumedRoleUser.arn", "session.uid"),
      row("responseElements.assumedRoleUser.assumedRoleId", "session.uid_alt"),
    ],
  },
};

function resourcesOf(resources: Json): Json | undefined {
  if (!Array.isArray(resources)) return undefined;
  return resources.map((one) => {
    const { ARN, accountId, type } =
      typeof one === "object" && one !== null && !Array.isArray(one) ? one : {};
    return {
      ...(ARN === undefined ? {} : { uid: ARN }),
      ...(accountId === undefined ? {} : { owner: { account: { uid: accountId } } }),
      ...(type === undefined ? {} : { type }),
    };
  });
}

/**
 * The class goes by the service and the name of the operation; which names, the documentation does not tell:
 * sign-in and the taking of roles is Authentication, IAM's users and roles are Account Change.
 */
export const cloudTrail: OcsfSource = {
  read(text) {
    const record = parseJsonObject(text);
    return record !== undefined && "eventName" in record && "eventSource" in record ? record : undefined;
  },
  mappingOf(record) {
    const { eventSource } = record;
    const name = nameOf(record);
    if (eventSource === "signin.amazonaws.com") return authentication;
    if (eventSource === "sts.amazonaws.com" && authentications.has(name)) return authentication;
    return eventSource === "iam.amazonaws.com" && accountChanges.has(name) ? accountChange : apiActivity;
  },
};
