// The whole formats that grok knows by one name: Apache's and nginx's access logs, and syslog (RFC 5424).
import { parseDatePattern, readDate } from "./date-pattern.ts";
import type { Json } from "./json-document.ts";

export interface CommonLog {
  readonly regex: string;
  /** Fields in the order of the groups of the expression. */
  readonly fields: readonly string[];
  /** What a value becomes; a value that is `-` is left out before. */
  readonly convert: Readonly<Record<string, (text: string) => Json>>;
}

const accessPattern = parseDatePattern("dd/MMM/yyyy:HH:mm:ss Z");

/** A date of an access log in the form of ISO 8601, in UTC; one that is none stays as it is. */
function isoInstant(text: string): string {
  const moment =
    typeof accessPattern === "string" ? undefined : readDate(accessPattern, text, "UTC", "en-US");
  return moment === undefined ? text : new Date(moment.instant).toISOString().replace(".000Z", "Z");
}

const access: CommonLog = {
  regex:
    String.raw`(\S+) (\S+) (\S+) \[([^\]]+)\] "(?:([A-Za-z]+) ([^"\s]+)(?: HTTP/([0-9.]+))?|[^"]*)" ` +
    String.raw`([0-9]{3}) ([0-9]+|-)(?: "([^"]*)" "([^"]*)")?`,
  fields: [
    "remote_host",
    "ident",
    "auth_user",
    "timestamp",
    "http_method",
    "request",
    "http_version",
    "status_code",
    "response_size",
    "referrer",
    "agent",
  ],
  convert: { timestamp: isoInstant, status_code: Number, response_size: Number },
};

/** https://www.rfc-editor.org/rfc/rfc5424#section-6 */
const syslog: CommonLog = {
  regex:
    String.raw`<([0-9]{1,3})>([0-9]{1,2}) (\S+) (\S+) (\S+) (\S+) (\S+) ` +
    String.raw`(?:\[((?:\\.|[^\]\\])*)\]|-)(?: ?((?s:.+)))?`,
  fields: [
    "pri",
    "version",
    "timestamp",
    "hostname",
    "app",
    "proc_id",
    "msg_id",
    "structured_data",
    "message",
  ],
  convert: { pri: Number, version: Number },
};

/**
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-Configurable.html
 */
export const commonLogs: ReadonlyMap<string, CommonLog> = new Map([
  ["APACHE_ACCESS_LOG", access],
  ["NGINX_ACCESS_LOG", access],
  ["SYSLOG5424", syslog],
]);
