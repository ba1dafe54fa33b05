// Query logs of the Route 53 Resolver in OCSF: DNS Activity.
import { isJsonObject, parseJsonObject, type Json } from "../json-document.ts";
import { ocsfClasses, unknownAction, unknownDirection } from "./classes.ts";
import {
  asAddress,
  asNumber,
  asText,
  isoInstants,
  recordPath,
  row,
  type OcsfMapping,
  type OcsfSource,
} from "./mapping.ts";

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-query-logs-format.html */
const actions: ReadonlyMap<
  unknown,
  { readonly action: string; readonly id: number; readonly disposition: string }
> = new Map([
  ["ALLOW", { action: "Allowed", id: 1, disposition: "Allowed" }],
  ["ALERT", { action: "Allowed", id: 1, disposition: "Alert" }],
  ["BLOCK", { action: "Denied", id: 2, disposition: "Blocked" }],
]);

/** https://schema.ocsf.io/1.5.0/classes/dns_activity: `rcode_id` has the numbers of the protocol. */
const responseCodes: ReadonlyMap<unknown, { readonly name: string; readonly id: number }> = new Map([
  ["NOERROR", { name: "NoError", id: 0 }],
  ["FORMERR", { name: "FormError", id: 1 }],
  ["SERVFAIL", { name: "ServError", id: 2 }],
  ["NXDOMAIN", { name: "NXDomain", id: 3 }],
  ["NOTIMP", { name: "NotImp", id: 4 }],
  ["REFUSED", { name: "Refused", id: 5 }],
  ["YXDOMAIN", { name: "YXDomain", id: 6 }],
  ["YXRRSET", { name: "YXRRSet", id: 7 }],
  ["NXRRSET", { name: "NXRRSet", id: 8 }],
  ["NOTAUTH", { name: "NotAuth", id: 9 }],
  ["NOTZONE", { name: "NotZone", id: 10 }],
]);

const otherCode = 99;

/** https://github.com/ocsf/examples/tree/main/mappings/markdown/AWS/v1.5.0/Route53 */
const mapping: OcsfMapping = {
  class: ocsfClasses.dnsActivity,
  activityOf: () => ({ id: 6, name: "Traffic" }),
  product: { name: "Route 53", vendor_name: "AWS", feature: { name: "Resolver Query Logs" } },
  profiles: ["cloud", "security_control", "datetime"],
  constants: [...unknownAction, ...unknownDirection],
  rows: [
    row("version", "metadata.product.version"),
    row("account_id", "cloud.account.uid"),
    row("region", "cloud.region"),
    row("vpc_id", "src_endpoint.vpc_uid"),
    row("query_timestamp", "time", isoInstants.asInstant),
    row("query_timestamp", "time_dt", isoInstants.asDateTime),
    row("query_name", "query.hostname"),
    row("query_type", "query.type"),
    row("query_class", "query.class"),
    row("rcode", "rcode", (value) => responseCodes.get(value)?.name ?? value),
    row("rcode", "rcode_id", (value) => responseCodes.get(value)?.id ?? otherCode),
    row("answers", "answers", answersOf),
    row("srcaddr", "src_endpoint.ip", asAddress),
    row("srcport", "src_endpoint.port", asNumber),
    row("transport", "connection_info.protocol_name"),
    row("srcids.instance", "src_endpoint.instance_uid"),
    row("srcids.resolver_endpoint", "dst_endpoint.instance_uid"),
    row("srcids.resolver_network_interface", "dst_endpoint.interface_uid"),
    row("firewall_rule_group_id", "firewall_rule.uid", asText),
    row("firewall_rule_action", "action", (value) => actions.get(value)?.action),
    row("firewall_rule_action", "action_id", (value) => actions.get(value)?.id),
    row("firewall_rule_action", "disposition", (value) => actions.get(value)?.disposition),
  ],
  observables: [
    [recordPath("answers[].rdata"), "IP Address"],
    [recordPath("src_endpoint.instance_uid"), "Resource UID"],
    [recordPath("dst_endpoint.instance_uid"), "Resource UID"],
    [recordPath("src_endpoint.ip"), "IP Address"],
    [recordPath("query.hostname"), "Hostname"],
  ],
};

function answersOf(answers: Json): Json | undefined {
  if (!Array.isArray(answers)) return undefined;
  return answers.filter(isJsonObject).map(({ Class = "", Rdata = "", Type = "" }) => ({
    class: Class,
    rdata: Rdata,
    type: Type,
  }));
}

export const route53Resolver: OcsfSource = {
  read(text) {
    const record = parseJsonObject(text);
    return record !== undefined && "query_name" in record && "query_timestamp" in record ? record : undefined;
  },
  mappingOf: () => mapping,
};
