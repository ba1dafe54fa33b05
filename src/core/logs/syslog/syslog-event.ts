// A syslog message as a log event: a JSON object, so that its parts are fields of queries and filters.
import type { InputLogEvent } from "../log-batch.ts";
import { logLimits } from "../limits.ts";
import { parseSyslog } from "./parse-syslog.ts";

export interface SyslogEvent extends InputLogEvent {
  /** The host that sent it, or `sender`: each has a log stream of its own. */
  readonly logStreamName: string;
}

/**
 * `sender` is the address that the message came from, `now` in epoch milliseconds. A message that says no
 * time, or one that no log group would take, is of now: a clock that is wrong must not lose what its host
 * says.
 */
export function syslogEvent(text: string, sender: string, now: number): SyslogEvent {
  const { timestamp: said = now, ...parts } = parseSyslog(text, now);
  const timestamp = said < now - logLimits.pastMs || said > now + logLimits.futureMs ? now : said;
  const stream = (parts.hostname ?? sender).replace(/[:*]/g, "_");
  return { logStreamName: stream, timestamp, message: JSON.stringify(parts) };
}
