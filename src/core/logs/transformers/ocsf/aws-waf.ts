// Logs of AWS WAF in OCSF: HTTP Activity.
import { isJsonObject, parseJsonObject, type Json } from "../json-document.ts";
import { ocsfClasses, otherActivity, unknownAction, unknownActivity } from "./classes.ts";
import {
  asAddress,
  asText,
  firstRow,
  instantsOf,
  recordPath,
  row,
  textOf,
  type OcsfActivity,
  type OcsfMapping,
  type OcsfSource,
} from "./mapping.ts";

const { asInstant, asDateTime } = instantsOf(1);

/** https://schema.ocsf.io/1.5.0/classes/http_activity */
const methods: ReadonlyMap<unknown, OcsfActivity> = new Map(
  ["Connect", "Delete", "Get", "Head", "Options", "Post", "Put", "Trace"].map((name, index) => [
    name.toUpperCase(),
    { id: index + 1, name },
  ]),
);

interface Verdict {
  readonly action: string;
  /** The number of the action, and of the disposition too. */
  readonly id: number;
  readonly disposition: string;
}

const allowed: Verdict = { action: "Allowed", id: 1, disposition: "Allowed" };
const denied: Verdict = { action: "Denied", id: 2, disposition: "Blocked" };

/**
 * A request that has to pass a puzzle or a challenge first is not let through.
 * https://docs.aws.amazon.com/waf/latest/developerguide/logging-fields.html
 */
const verdicts: ReadonlyMap<unknown, Verdict> = new Map([
  ["ALLOW", allowed],
  ["BLOCK", denied],
  ["CAPTCHA", denied],
  ["CHALLENGE", denied],
]);

/** https://github.com/ocsf/examples/tree/main/mappings/markdown/AWS/v1.5.0/WAF */
const mapping: OcsfMapping = {
  class: ocsfClasses.httpActivity,
  activityOf({ httpRequest }) {
    const method = isJsonObject(httpRequest) ? httpRequest["httpMethod"] : undefined;
    if (typeof method !== "string" || method === "") return unknownActivity;
    return methods.get(method) ?? otherActivity(method);
  },
  product: { name: "AWS WAF", vendor_name: "AWS" },
  profiles: ["cloud", "security_control", "datetime"],
  constants: unknownAction,
  rows: [
    row("webaclId", "metadata.product.feature.uid"),
    row("formatVersion", "metadata.product.version", asText),
    row("labels[].name", "metadata.labels"),
    row("httpSourceName", "src_endpoint.svc_name"),
    row("httpSourceId", "src_endpoint.uid"),
    row("httpRequest.clientIp", "src_endpoint.ip", asAddress),
    row("httpRequest.country", "src_endpoint.location.country"),
    row("httpRequest.uri", "http_request.url.path"),
    row("httpRequest.httpVersion", "http_request.version"),
    row("httpRequest.httpMethod", "http_request.http_method"),
    row("httpRequest.requestId", "http_request.uid"),
    row("httpRequest.args", "http_request.args"),
    row("httpRequest.headers", "http_request.http_headers"),
    row("httpRequest.headers", "http_request.user_agent", header("user-agent")),
    row("httpRequest.headers", "http_request.url.hostname", header("host")),
    row("httpRequest.headers", "http_request.referrer", header("referer")),
    row("httpRequest.headers", "http_request.x_forwarded_for", (headers) =>
      header("x-forwarded-for")(headers)
        ?.split(",")
        .map((address) => address.trim()),
    ),
    row("terminatingRuleId", "firewall_rule.uid"),
    row("terminatingRuleType", "firewall_rule.type"),
    firstRow("terminatingRuleMatchDetails[].conditionType", "firewall_rule.condition"),
    firstRow("terminatingRuleMatchDetails[].location", "firewall_rule.match_location"),
    row("terminatingRuleMatchDetails[].matchedData", "firewall_rule.match_details"),
    firstRow("rateBasedRuleList[].maxRateAllowed", "firewall_rule.rate_limit"),
    row("timestamp", "time", asInstant),
    row("timestamp", "time_dt", asDateTime),
    row("action", "action", (value) => verdicts.get(value)?.action),
    row("action", "action_id", (value) => verdicts.get(value)?.id),
    row("action", "disposition", (value) => verdicts.get(value)?.disposition),
    row("action", "disposition_id", (value) => verdicts.get(value)?.id),
  ],
  rowsOf: {
    "1.1.0": [row("responseCodeSent", "status_code", asText)],
    "1.5.0": [
      row("responseCodeSent", "http_status"),
      firstRow("rateBasedRuleList[].rateBasedRuleName", "firewall_rule.name"),
      firstRow("terminatingRuleMatchDetails[].sensitivityLevel", "firewall_rule.sensitivity"),
      row("ja4Fingerprint", "ja4_fingerprint_list", (value) => [{ type_id: 1, type: "JA4", value }]),
      row("ja4Fingerprint", "tls.version", tlsVersion),
      row("ja3Fingerprint", "tls.ja3_hash", (value) => ({ algorithm: "MD5", algorithm_id: 1, value })),
    ],
  },
  observables: [
    [recordPath("http_request.url.hostname"), "Hostname"],
    [recordPath("src_endpoint.uid"), "Resource UID"],
    [recordPath("firewall_rule.uid"), "Resource UID"],
    [recordPath("src_endpoint.ip"), "IP Address"],
  ],
};

/** The value of a header, whose name is written in whatever case. */
function header(name: string): (headers: Json) => string | undefined {
  return (headers) => {
    if (!Array.isArray(headers)) return undefined;
    const found = headers.filter(isJsonObject).find((one) => textOf(one["name"]).toLowerCase() === name);
    return found === undefined ? undefined : textOf(found["value"]);
  };
}

/** The second and third sign of a JA4 fingerprint: `t13d...` is TLS 1.3. */
function tlsVersion(fingerprint: Json): Json | undefined {
  const found = /^[tqd]([0-9])([0-9])/.exec(textOf(fingerprint));
  return found === null ? undefined : `${found[1]}.${found[2]}`;
}

export const awsWaf: OcsfSource = {
  read(text) {
    const record = parseJsonObject(text);
    return record !== undefined && "webaclId" in record && isJsonObject(record["httpRequest"])
      ? record
      : undefined;
  },
  mappingOf: () => mapping,
};
