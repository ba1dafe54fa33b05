// The patterns that grok knows: a regular expression each, and how often a transformer may use it.

/**
 * `%{NAME}` in an expression stands for another pattern; `(?<name>...)` is a field that the pattern adds by
 * itself. Only what RE2 can run: no looking around, no back-references.
 */
export interface GrokPattern {
  readonly regex: string;
  readonly atMost: number;
  /** The first and the last character are quotes and no part of the value. */
  readonly isQuoted?: boolean;
}

const often = (regex: string): GrokPattern => ({ regex, atMost: 20 });
const fiveTimes = (regex: string): GrokPattern => ({ regex, atMost: 5 });

const general: Readonly<Record<string, GrokPattern>> = {
  USERNAME: often("[a-zA-Z0-9._-]+"),
  USER: often("%{USERNAME}"),
  INT: often("[+-]?[0-9]+"),
  BASE10NUM: often(String.raw`[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)`),
  NUMBER: often("%{BASE10NUM}"),
  BASE16NUM: often("[+-]?(?:0[xX])?[0-9A-Fa-f]+"),
  POSINT: often("[1-9][0-9]*"),
  NONNEGINT: often("[0-9]+"),
  WORD: often(String.raw`\b\w+\b`),
  NOTSPACE: fiveTimes(String.raw`\S+`),
  SPACE: fiveTimes(String.raw`\s*`),
  DATA: fiveTimes(".*?"),
  GREEDYDATA: fiveTimes(".*"),
  GREEDYDATA_MULTILINE: { regex: "(?s:.*)", atMost: 1 },
  QUOTEDSTRING: {
    regex: String.raw`(?:"(?:\\.|[^\\"])*"|'(?:\\.|[^\\'])*')`,
    atMost: 20,
    isQuoted: true,
  },
  UUID: often("[A-Fa-f0-9]{8}-(?:[A-Fa-f0-9]{4}-){3}[A-Fa-f0-9]{12}"),
  URN: often("urn:[0-9A-Za-z][0-9A-Za-z-]{0,31}:(?:%[0-9a-fA-F]{2}|[0-9A-Za-z()+,.:=@;$_!*'/?#-])+"),
  ARN: fiveTimes(
    String.raw`arn:(?:aws|aws-cn|aws-us-gov):[^:\s]+:[^:\s]+:[^:\s]+:[^/\s:]+(?:[/:][^/\s:]+){0,4}`,
  ),
};

const octet = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
const group = "[0-9A-Fa-f]{1,4}";

/** Compressed forms: so many groups, two colons, and at most as many groups as are left. */
const compressed = [1, 2, 3, 4, 5, 6]
  .map((before) => `(?:${group}:){${before}}(?::${group}){1,${7 - before}}`)
  .join("|");

const networking: Readonly<Record<string, GrokPattern>> = {
  CISCOMAC: often(String.raw`(?:[A-Fa-f0-9]{4}\.){2}[A-Fa-f0-9]{4}`),
  WINDOWSMAC: often("(?:[A-Fa-f0-9]{2}-){5}[A-Fa-f0-9]{2}"),
  COMMONMAC: often("(?:[A-Fa-f0-9]{2}:){5}[A-Fa-f0-9]{2}"),
  MAC: often("(?:%{CISCOMAC}|%{WINDOWSMAC}|%{COMMONMAC})"),
  IPV6: fiveTimes(
    `(?:(?:${group}:){6}%{IPV4}|::(?:[fF]{4}:)?%{IPV4}|(?:${group}:){7}${group}|(?:${group}:){1,7}:|` +
      `${compressed}|:(?:(?::${group}){1,7}|:))`,
  ),
  IPV4: often(String.raw`(?:${octet}\.){3}${octet}`),
  IP: fiveTimes("(?:%{IPV6}|%{IPV4})"),
  HOSTNAME: fiveTimes(String.raw`\b[0-9A-Za-z][0-9A-Za-z-]{0,62}(?:\.[0-9A-Za-z][0-9A-Za-z-]{0,62})*\.?`),
  HOST: fiveTimes("%{HOSTNAME}"),
  IPORHOST: fiveTimes("(?:%{IP}|%{HOSTNAME})"),
  HOSTPORT: fiveTimes("%{IPORHOST}:(?<PORT>[0-9]+)"),
  URIHOST: fiveTimes("%{IPORHOST}(?::(?<port>[0-9]+))?"),
};

const paths: Readonly<Record<string, GrokPattern>> = {
  UNIXPATH: often(String.raw`(?:/[\w%!$@:.,+~?=&#-]*)+`),
  WINPATH: fiveTimes(String.raw`(?:[A-Za-z]+:|\\)(?:\\[^\\?*]*)+`),
  PATH: fiveTimes("(?:%{UNIXPATH}|%{WINPATH})"),
  TTY: often("/dev/(?:pts|tty(?:[pq])?)(?:[A-Za-z]+)?/?(?:[0-9]+)?"),
  URIPROTO: often(String.raw`[A-Za-z]+(?:\+[A-Za-z+]+)?`),
  URIPATH: often(String.raw`(?:/[A-Za-z0-9$.+!*'(){},~:;=@#%&_\-]*)+`),
  URIPARAM: fiveTimes(String.raw`\?[A-Za-z0-9$.+!*'|(){},~@#%&/=:;_?\-\[\]<>]*`),
  URIPATHPARAM: fiveTimes("%{URIPATH}(?:%{URIPARAM})?"),
  URI: fiveTimes("%{URIPROTO}://(?:%{USERNAME}(?::[^@\\s]*)?@)?(?:%{URIHOST})?(?:%{URIPATHPARAM})?"),
};

const dates: Readonly<Record<string, GrokPattern>> = {
  MONTH: often(
    String.raw`\b(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|Jun(?:e)?|Jul(?:y)?|Aug(?:ust)?|` +
      String.raw`Sep(?:tember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b`,
  ),
  MONTHNUM: often("(?:1[0-2]|0?[1-9])"),
  MONTHNUM2: often("(?:0[1-9]|1[0-2])"),
  MONTHDAY: often("(?:3[01]|[12][0-9]|0?[1-9])"),
  YEAR: often("(?:[0-9]{4}|[0-9]{2})"),
  DAY: often(
    "(?:Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?)",
  ),
  HOUR: often("(?:2[0-3]|[01]?[0-9])"),
  MINUTE: often("[0-5][0-9]"),
  SECOND: often("(?:60|[0-5]?[0-9])(?:[:.,][0-9]+)?"),
  TIME: often("%{HOUR}:%{MINUTE}:%{SECOND}"),
  DATE_US: often("%{MONTHNUM}[/-]%{MONTHDAY}[/-]%{YEAR}"),
  DATE_EU: often("%{MONTHDAY}[./-]%{MONTHNUM}[./-]%{YEAR}"),
  ISO8601_TIMEZONE: often("(?:Z|[+-]%{HOUR}:?%{MINUTE})"),
  ISO8601_SECOND: often("%{SECOND}"),
  TIMESTAMP_ISO8601: often(
    "%{YEAR}-%{MONTHNUM}-%{MONTHDAY}[T ]%{HOUR}:?%{MINUTE}(?::?%{SECOND})?%{ISO8601_TIMEZONE}?",
  ),
  DATE: often("(?:%{DATE_US}|%{DATE_EU})"),
  DATESTAMP: often("%{DATE}[- ]%{TIME}"),
  TZ: often("(?:[PMCE][SD]T|UTC)"),
  DATESTAMP_RFC822: often("%{DAY} %{MONTH} %{MONTHDAY} %{YEAR} %{TIME} %{TZ}"),
  DATESTAMP_RFC2822: often("%{DAY}, %{MONTHDAY} %{MONTH} %{YEAR} %{TIME} %{ISO8601_TIMEZONE}"),
  DATESTAMP_OTHER: often("%{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{TZ} %{YEAR}"),
  DATESTAMP_EVENTLOG: often("%{YEAR}%{MONTHNUM2}%{MONTHDAY}%{HOUR}%{MINUTE}%{SECOND}"),
};

const logs: Readonly<Record<string, GrokPattern>> = {
  LOGLEVEL: often(
    "(?:[Aa]lert|ALERT|[Tt]race|TRACE|[Dd]ebug|DEBUG|[Nn]otice|NOTICE|[Ii]nfo|INFO|[Ww]arn(?:ing)?|" +
      "WARN(?:ING)?|[Ee]rr(?:or)?|ERR(?:OR)?|[Cc]rit(?:ical)?|CRIT(?:ICAL)?|[Ff]atal|FATAL|[Ss]evere|" +
      "SEVERE|[Ee]merg(?:ency)?|EMERG(?:ENCY)?)",
  ),
  HTTPDATE: often("%{MONTHDAY}/%{MONTH}/%{YEAR}:%{TIME} %{INT}"),
  SYSLOGTIMESTAMP: often("%{MONTH} +%{MONTHDAY} %{TIME}"),
  PROG: often("[A-Za-z0-9._/%-]+"),
  SYSLOGPROG: often(String.raw`(?<program>%{PROG})(?:\[(?<pid>[0-9]+)\])?`),
  SYSLOGHOST: fiveTimes("(?:%{HOST}|%{IP})"),
  SYSLOGFACILITY: often(String.raw`<(?<facility>[0-9]+)\.(?<priority>[0-9]+)>`),
};

/**
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-Configurable.html
 */
export const grokPatterns: ReadonlyMap<string, GrokPattern> = new Map(
  Object.entries({ ...general, ...networking, ...paths, ...dates, ...logs }),
);
