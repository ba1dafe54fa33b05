// Audit logs of Amazon EKS in OCSF: API Activity.
import { isJsonObject, parseJsonObject, type Json } from "../json-document.ts";
import { apiActivities, ocsfClasses, otherActivity, unknownActivity } from "./classes.ts";
import {
  asAddress,
  asJsonText,
  firstOf,
  firstRow,
  isoInstants,
  recordPath,
  row,
  type OcsfActivity,
  type OcsfMapping,
  type OcsfSource,
} from "./mapping.ts";

/** https://kubernetes.io/docs/reference/access-authn-authz/authorization/#determine-the-request-verb */
const verbs: ReadonlyMap<unknown, OcsfActivity> = new Map([
  ["create", apiActivities.create],
  ["get", apiActivities.read],
  ["list", apiActivities.read],
  ["watch", apiActivities.read],
  ["update", apiActivities.update],
  ["patch", apiActivities.update],
  ["delete", apiActivities.delete],
  ["deletecollection", apiActivities.delete],
]);

/** https://github.com/ocsf/examples/tree/main/mappings/markdown/AWS/v1.5.0/EKS%20Audit%20Logs */
const mapping: OcsfMapping = {
  class: ocsfClasses.apiActivity,
  activityOf: ({ verb }) =>
    typeof verb === "string" ? (verbs.get(verb) ?? otherActivity(verb)) : unknownActivity,
  product: { name: "Amazon EKS", vendor_name: "AWS", feature: { name: "Elastic Kubernetes Service" } },
  profiles: ["cloud", "datetime"],
  constants: [[recordPath("actor.user.type_id"), 0]],
  rows: [
    row("level", "metadata.log_level"),
    row("apiVersion", "metadata.product.version"),
    row("auditID", "api.request.uid"),
    row("stage", "message"),
    row("requestURI", "http_request.url.path"),
    row("verb", "api.operation"),
    row("user.username", "actor.user.name"),
    row("user.uid", "actor.user.uid"),
    row("user.groups", "actor.user.groups", named),
    firstRow("user.extra.accessKeyId", "actor.session.credential_uid"),
    firstRow("user.extra.sessionName", "actor.session.uid"),
    firstRow("user.extra.arn", "cloud.account.uid"),
    row("sourceIPs", "src_endpoint.ip", (value) => asAddress(firstOf(value) ?? null)),
    row("sourceIPs", "src_endpoint.intermediate_ips", (value) =>
      Array.isArray(value) && value.length > 1 ? value.slice(1) : undefined,
    ),
    row("userAgent", "http_request.user_agent"),
    row("objectRef", "resources", resourceOf),
    row("objectRef.apiGroup", "api.group.name"),
    row("objectRef.apiVersion", "api.version"),
    row("responseStatus.code", "api.response.code"),
    row("responseStatus.message", "api.response.message"),
    row("responseStatus.reason", "api.response.error"),
    row("responseStatus.status", "api.response.error_message"),
    row("responseObject", "api.response.data", asJsonText),
    row("responseObject.spec.containers", "api.response.containers", containersOf),
    row("requestObject", "api.request.data", asJsonText),
    row("requestObject.spec.containers", "api.request.containers", containersOf),
    row("stageTimestamp", "time", isoInstants.asInstant),
  ],
  rowsOf: {
    "1.1.0": [row("requestReceivedTimestamp", "start_time", isoInstants.asInstant)],
    "1.5.0": [
      row("kind", "metadata.log_name"),
      firstRow("user.extra.canonicalArn", "actor.session.issuer"),
      firstRow("user.extra.principalId", "actor.user.uid_alt"),
      row("requestReceivedTimestamp", "start_time_dt", isoInstants.asDateTime),
      row("stageTimestamp", "time_dt", isoInstants.asDateTime),
      {
        from: [["annotations", "authorization.k8s.io/reason"]],
        to: ["policy", "name"],
        as: (value) => (value === "" ? undefined : value),
      },
    ],
  },
  observables: [
    [recordPath("actor.user.name"), "User Name"],
    [recordPath("src_endpoint.ip"), "IP Address"],
    [recordPath("src_endpoint.intermediate_ips[]"), "IP Address"],
    [recordPath("http_request.url.path"), "URL String"],
    [recordPath("resources[].uid"), "Resource UID"],
  ],
};

function named(groups: Json): Json | undefined {
  return Array.isArray(groups) ? groups.map((name) => ({ name })) : undefined;
}

/** One resource; its type is that of the object with what is asked of it behind it, as in `pods/log`. */
function resourceOf(reference: Json): Json | undefined {
  if (!isJsonObject(reference)) return undefined;
  const { namespace, name, uid, resourceVersion, resource, subresource } = reference;
  const type = [resource, subresource].filter((part) => typeof part === "string").join("/");
  const all = { namespace, name, uid, version: resourceVersion, type: type === "" ? undefined : type };
  return [Object.fromEntries(Object.entries(all).flatMap(([key, value]) => (value ? [[key, value]] : [])))];
}

function containersOf(containers: Json): Json | undefined {
  if (!Array.isArray(containers)) return undefined;
  return containers.filter(isJsonObject).map(({ name = "", image = "", volumeMounts }) => {
    const [mount] = Array.isArray(volumeMounts) ? volumeMounts : [];
    const path = isJsonObject(mount) ? mount["mountPath"] : undefined;
    return { name, image: path === undefined ? { name: image } : { name: image, path } };
  });
}

export const eksAudit: OcsfSource = {
  read(text) {
    const record = parseJsonObject(text);
    return record !== undefined && "auditID" in record && "verb" in record ? record : undefined;
  },
  mappingOf: () => mapping,
};
