// Amazon VPC flow logs in OCSF: Network Activity.
import type { JsonObject } from "../json-document.ts";
import { ocsfClasses, unknownAction, unknownActivity, unknownDirection } from "./classes.ts";
import {
  asAddress,
  asNumber,
  instantsOf,
  recordPath,
  row,
  type OcsfActivity,
  type OcsfMapping,
  type OcsfSource,
} from "./mapping.ts";

/** https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html */
const defaultFormat =
  "version account_id interface_id srcaddr dstaddr srcport dstport protocol packets bytes start end action " +
  "log_status";

const names = defaultFormat.split(" ");

interface Outcome extends OcsfActivity {
  readonly action: string;
  readonly actionId: number;
  readonly disposition: string;
}

const outcomes: ReadonlyMap<unknown, Outcome> = new Map([
  ["ACCEPT", { id: 6, name: "Traffic", action: "Allowed", actionId: 1, disposition: "Allowed" }],
  ["REJECT", { id: 5, name: "Refuse", action: "Denied", actionId: 2, disposition: "Blocked" }],
]);

const { asInstant, asDateTime } = instantsOf(1_000);

/**
 * A record tells nothing of the order of its fields, so only the default format can be read; it does not
 * say which way the traffic goes, so the interface is neither the source's nor the destination's.
 * https://github.com/ocsf/examples/tree/main/mappings/markdown/AWS/v1.5.0/VPC%20Flowlogs
 */
const mapping: OcsfMapping = {
  class: ocsfClasses.networkActivity,
  activityOf: ({ action }) => outcomes.get(action) ?? unknownActivity,
  product: { name: "Amazon VPC", vendor_name: "AWS", feature: { name: "Flowlogs" } },
  profiles: ["cloud", "security_control", "datetime"],
  constants: [...unknownAction, ...unknownDirection],
  rows: [
    row("version", "metadata.product.version"),
    row("account_id", "cloud.account.uid"),
    row("srcaddr", "src_endpoint.ip", asAddress),
    row("srcport", "src_endpoint.port", asNumber),
    row("dstaddr", "dst_endpoint.ip", asAddress),
    row("dstport", "dst_endpoint.port", asNumber),
    row("protocol", "connection_info.protocol_num", asNumber),
    row("packets", "traffic.packets", asNumber),
    row("bytes", "traffic.bytes", asNumber),
    row("start", "time", asInstant),
    row("start", "time_dt", asDateTime),
    row("start", "start_time_dt", asDateTime),
    row("end", "end_time_dt", asDateTime),
    row("log_status", "status_code"),
    row("action", "action", (value) => outcomes.get(value)?.action),
    row("action", "action_id", (value) => outcomes.get(value)?.actionId),
    row("action", "disposition", (value) => outcomes.get(value)?.disposition),
  ],
  observables: [
    [recordPath("src_endpoint.ip"), "IP Address"],
    [recordPath("dst_endpoint.ip"), "IP Address"],
  ],
};

export const vpcFlow: OcsfSource = {
  read(text): JsonObject | undefined {
    const values = text.trim().split(/\s+/);
    if (values.length !== names.length || !/^\d+$/.test(values[0] ?? "")) return undefined;
    return Object.fromEntries(names.map((name, index) => [name, values[index] ?? "-"]));
  },
  mappingOf: () => mapping,
};
