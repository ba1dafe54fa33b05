// A syslog message as a log event: a JSON object, so that its parts are fields of queries and filters.
import { utf8Bytes, type InputLogEvent } from "../log-batch.ts";
import { logLimits } from "../limits.ts";
import { parseSyslog, type SyslogMessage } from "./parse-syslog.ts";

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
  return { logStreamName: stream, timestamp, message: eventMessage(parts, text) };
}

/** What a log event may weigh; quotes and line breaks weigh more in JSON than in the message. */
const eventBytes = logLimits.batchBytes - logLimits.eventOverheadBytes;
const cutMark = "[Truncated...]";

/** A text that is too long is cut; where the other parts are what is long, all of it is the text. */
function eventMessage(parts: Omit<SyslogMessage, "timestamp">, text: string): string {
  const whole = JSON.stringify(parts);
  if (utf8Bytes(whole) <= eventBytes) return whole;
  const bytesBeside = (given: Omit<SyslogMessage, "timestamp">) =>
    utf8Bytes(JSON.stringify({ ...given, message: cutMark }));
  const { facility, severity } = parts;
  const isTextLong = bytesBeside(parts) <= eventBytes / 2;
  const kept = isTextLong ? parts : { facility, severity, message: text };
  const message = beginningInJson(kept.message, eventBytes - bytesBeside(kept)) + cutMark;
  return JSON.stringify({ ...kept, message });
}

/** As much of a text as has so many bytes in JSON. */
function beginningInJson(text: string, bytes: number): string {
  let rest = bytes;
  let end = 0;
  for (const character of text) {
    rest -= utf8Bytes(JSON.stringify(character)) - 2;
    if (rest < 0) break;
    end += character.length;
  }
  return text.slice(0, end);
}
