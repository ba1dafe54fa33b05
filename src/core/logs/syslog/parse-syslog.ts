// Syslog messages: RFC 5424, RFC 3164 as programs really write it, and text that only looks like either.

/** What a message says of itself; what it does not say is not there. */
export interface SyslogMessage {
  readonly facility: string;
  readonly severity: string;
  /** Epoch milliseconds. */
  readonly timestamp?: number;
  readonly hostname?: string;
  readonly appName?: string;
  readonly procId?: string;
  readonly msgId?: string;
  readonly structuredData?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly message: string;
}

/** https://www.rfc-editor.org/rfc/rfc5424#section-6.2.1 */
const facilities = (
  "kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp audit alert clock " +
  "local0 local1 local2 local3 local4 local5 local6 local7"
).split(" ");
const severities = "emerg alert crit err warning notice info debug".split(" ");

/** Of a message without a priority: https://www.rfc-editor.org/rfc/rfc3164#section-4.3.3 */
const defaultPriority = 13;

/**
 * Never fails: what is neither form is a message without anything else, of `user` and `notice`. `now` in
 * epoch milliseconds tells which year a date without one means; such dates are UTC.
 */
export function parseSyslog(text: string, now: number): SyslogMessage {
  const [head = "", digits] = /^<(\d{1,3})>/.exec(text) ?? [];
  const priority = Number(digits ?? defaultPriority);
  const isPriority = digits !== undefined && priority < facilities.length * 8;
  const { facility, severity } = namesOf(isPriority ? priority : defaultPriority);
  const rest = isPriority ? text.slice(head.length) : text;
  return { facility, severity, ...(parseCurrent(rest) ?? parseOld(rest, now)) };
}

function namesOf(priority: number) {
  return { facility: facilities[priority >> 3] ?? "user", severity: severities[priority & 7] ?? "notice" };
}

type Body = Omit<SyslogMessage, "facility" | "severity">;

const current = /^1 (\S+) (\S{1,255}) (\S{1,48}) (\S{1,128}) (\S{1,32}) (?=[-[])/;

/** RFC 5424; undefined for what is not. */
function parseCurrent(text: string): Body | undefined {
  const [head, time = "-", hostname, appName, procId, msgId] = current.exec(text) ?? [];
  if (head === undefined) return undefined;
  const instant = time === "-" ? undefined : Date.parse(time);
  if (instant !== undefined && !(isIsoTime.test(time) && Number.isFinite(instant))) return undefined;
  const data = parseStructuredData(text, head.length);
  if (data === undefined) return undefined;
  return {
    ...(instant === undefined ? {} : { timestamp: instant }),
    ...said("hostname", hostname),
    ...said("appName", appName),
    ...said("procId", procId),
    ...said("msgId", msgId),
    ...(Object.keys(data.elements).length === 0 ? {} : { structuredData: data.elements }),
    message: text
      .slice(data.end)
      .replace(/^ /, "")
      .replace(/^\ufeff/, ""),
  };
}

const isIsoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

const said = <Name extends string>(name: Name, value: string | undefined) =>
  (value === undefined || value === "-" ? {} : { [name]: value }) as { readonly [Key in Name]?: string };

/** `[id name="value" ...]`, one behind another, or `-`. */
function parseStructuredData(text: string, from: number) {
  if (text.charAt(from) === "-") return { elements: {}, end: from + 1 };
  const elements = new Map<string, Readonly<Record<string, string>>>();
  const element = /\[([^\s=\]"]{1,32})((?: [^\s=\]"]{1,32}="(?:\\.|[^"\\\]])*")*) ?\]/y;
  let end = from;
  for (element.lastIndex = from; ; element.lastIndex = end) {
    const [whole, id, parameters = ""] = element.exec(text) ?? [];
    if (whole === undefined || id === undefined) break;
    end += whole.length;
    const pairs = parameters.matchAll(/ ([^\s=\]"]+)="((?:\\.|[^"\\\]])*)"/g);
    elements.set(
      id,
      Object.fromEntries(
        [...pairs].map(([, name = "", value = ""]) => [name, value.replace(/\\(["\\\]])/g, "$1")]),
      ),
    );
  }
  return end === from ? undefined : { elements: Object.fromEntries(elements), end };
}

const monthNames = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const oldTime =
  /^(?:([A-Z][a-z]{2}) {1,2}(\d{1,2})(?: (\d{4}))? (\d\d):(\d\d):(\d\d)(?:\.\d+)?|(\d{4}-\d\d-\d\dT\S+)):? /;
const tag = /^([\w./%-]{1,48})(?:\[([^\]]{1,128})\])?: ?/;

/** RFC 3164, where every part may be missing; a host can only be told where there was a date. */
function parseOld(text: string, now: number): Body {
  const found = oldTime.exec(text);
  const timestamp = found === null ? undefined : instantOf(found, now);
  if (found === null || timestamp === undefined) return parseTag(text);
  const rest = text.slice(found[0].length);
  const [head, hostname] = /^([\w.:%-]{1,255}) (?=\S)/.exec(rest) ?? [];
  // "Oct 11 22:14:15 su: text" has no host: some programs leave it out.
  const isTag = head === undefined || (tag.test(rest) && hostname?.endsWith(":") === true);
  return {
    timestamp,
    ...(isTag ? {} : said("hostname", hostname)),
    ...parseTag(isTag ? rest : rest.slice(head.length)),
  };
}

function parseTag(text: string): Body {
  const [head, appName, procId] = tag.exec(text) ?? [];
  if (head === undefined) return { message: text };
  return { ...said("appName", appName), ...said("procId", procId), message: text.slice(head.length) };
}

/** Of the years that a date could be in, the one that brings it nearest to now. */
function instantOf(found: RegExpExecArray, now: number): number | undefined {
  const [, monthName = "", day, year, hours, minutes, seconds, iso] = found;
  if (iso !== undefined) {
    const instant = isIsoTime.test(iso) ? Date.parse(iso) : Number.NaN;
    return Number.isFinite(instant) ? instant : undefined;
  }
  const month = monthNames.indexOf(monthName);
  if (month < 0) return undefined;
  const inYear = (of: number) =>
    Date.UTC(of, month, Number(day), Number(hours), Number(minutes), Number(seconds));
  if (year !== undefined) return inYear(Number(year));
  const thisYear = new Date(now).getUTCFullYear();
  const candidates = [thisYear - 1, thisYear, thisYear + 1].map(inYear);
  return candidates.reduce((best, one) => (Math.abs(one - now) < Math.abs(best - now) ? one : best));
}
