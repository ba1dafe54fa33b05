// The settings of the server: one entry each, from which flags, environment variables, help and the README
// follow.
import { linkedAccountsPattern } from "../core/linked-accounts.ts";
import {
  choice,
  flagOf,
  matching,
  shownFlag,
  text,
  toggle,
  whole,
  type Options,
  type ValuesOf,
} from "./options.ts";
import { parseTrustedProxies } from "./trusted-proxies.ts";

const port = [0, 65_535] as const;

export const settings = {
  port: whole("PORT", port, {
    default: 4_600,
    help: "TCP port of the API and of every service; 0 takes a free one",
  }),
  host: text("ADDRESS", {
    default: "127.0.0.1",
    help: "address to listen on; one that is not loopback needs --auth iam",
  }),
  data: text("DIR", {
    default: "./data",
    help: "folder for everything that is stored; made if it is missing",
  }),
  account: matching("ID", /^\d{12}$/, "an account id of 12 digits", {
    default: "000000000000",
    help: "account of callers whose access key does not name one",
  }),
  region: matching("REGION", /^[a-z]{2}(-[a-z]+)+-\d+$/, "a region's name, like us-east-1", {
    default: "us-east-1",
    help: "region of the host's own metrics and logs, and of requests that do not name one",
  }),
  linkedAccounts: matching(
    "LINKS",
    linkedAccountsPattern,
    "account ids, like 111111111111=222222222222,333333333333;444444444444=111111111111",
    {
      default: undefined,
      help: "monitoring accounts, each with the accounts whose logs and metrics it reads as well",
    },
  ),
  auth: choice(["off", "iam"], {
    default: "off",
    help: "off: any key is accepted; iam: signatures are verified",
  }),
  clock: choice(["system", "manual"], {
    default: "system",
    help: "manual: time stands still until AdvanceClock moves it",
  }),
  test: toggle({ default: false, help: "allow Reset, which erases everything in every account" }),
  agent: toggle({
    default: true,
    help: "report this machine and the server's log to the server itself (not with --clock manual)",
  }),
  agentConfig: text("FILE", {
    default: undefined,
    help: "CloudWatch agent's configuration file, of which the log files to collect are read",
  }),
  detailed: toggle({ default: false, help: "report this machine every minute instead of every five" }),
  xrayUdpPort: whole("PORT", port, { default: 2_000, help: "UDP port for X-Ray SDKs; 0 turns it off" }),
  emfPort: whole("PORT", port, {
    default: 25_888,
    help: "TCP and UDP port for documents in the embedded metric format; 0 turns it off",
  }),
  syslogPort: whole("PORT", port, {
    default: 0,
    help: "TCP and UDP port for syslog messages, 514 by convention; 0 turns it off",
  }),
  masterKeyFile: text("FILE", {
    default: undefined,
    help: "file with the key that seals the keys of log groups; master.key in the data folder otherwise",
  }),
  clickhouseUrl: matching(
    "URL",
    /^https?:\/\/[^/]/,
    "the address of a ClickHouse server, like http://host:8123",
    {
      default: undefined,
      help: "keep telemetry in this ClickHouse server instead of the data folder",
    },
  ),
  postgresUrl: matching("URL", /^postgres(ql)?:\/\//, "a PostgreSQL address, like postgres://host/database", {
    default: undefined,
    help: "keep definitions in this PostgreSQL database instead of the data folder",
  }),
  publicUrl: matching(
    "URL",
    /^https?:\/\/[^/]+$/,
    "an address without a path, like https://logs.example.com",
    {
      default: undefined,
      help:
        "address under which others reach this server, for links in notifications and addresses " +
        "of queues",
    },
  ),
  trustedProxies: {
    placeholder: "ADDRESSES",
    expects: "addresses and networks, like loopback,10.0.0.0/8, or none",
    default: "loopback",
    help: "proxies whose X-Forwarded-Proto is believed: addresses, networks, loopback, none",
    parse: (given) => (parseTrustedProxies(given) === undefined ? undefined : given),
  },
  streamTargets: text("FILE", {
    default: undefined,
    help: "JSON file that says where the delivery streams of metric streams send their records",
  }),
  serviceEndpoints: text("FILE", {
    default: undefined,
    help: "JSON file with the addresses of the services to which log events and notifications are delivered",
  }),
  actionTargets: text("FILE", {
    default: undefined,
    help: "JSON file that says where the actions of alarms go: endpoints, webhooks, commands of this machine",
  }),
  smtpUrl: matching(
    "URL",
    /^smtps?:\/\/[^/]/,
    "the address of a mail server, like smtp://user:password@host:587",
    {
      default: undefined,
      help: "send the e-mail of SNS subscriptions through this server",
    },
  ),
  smtpFrom: matching("ADDRESS", /^[^\s@]+@[^\s@]+$/, "an e-mail address", {
    default: "groundwatch@localhost",
    help: "sender of that e-mail",
  }),
  logLevel: choice(["debug", "info", "warn", "error"], {
    default: "info",
    help: "least level of the server's log",
  }),
  json: toggle({ default: false, help: "print JSON, one object a line" }),
} satisfies Options;

/** `xrayUdpPort` is `GROUNDWATCH_XRAY_UDP_PORT`. */
export function variableOf(name: string): string {
  return `GROUNDWATCH_${flagOf(name).slice(2).replaceAll("-", "_").toUpperCase()}`;
}

/**
 * A key that may sign requests under `--auth iam`, from the configuration file only: flags and variables
 * leak.
 */
export interface ConfiguredAccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly account: string;
  /** Without a user name the key is the account's root. */
  readonly userName: string | undefined;
}

export type Settings = ValuesOf<typeof settings>;

/** Every setting with its value. `data` is a path as it was given; ports are numbers, 0 for any or none. */
export interface Config extends Settings {
  readonly accessKeys: readonly ConfiguredAccessKey[];
}

/** The README's table of settings, in Markdown. */
export function renderSettingsTable(): string {
  const rows = Object.entries(settings).map(([name, setting]) => {
    const { default: value, help } = setting;
    const flag = `\`${shownFlag(name, setting).replaceAll("|", "\\|")}\``;
    const shown = value === undefined ? "" : `\`${String(value)}\``;
    return `| ${flag} | \`${variableOf(name)}\` | \`${name}\` | ${shown} | ${help} |`;
  });
  return [
    "| flag | environment variable | key in the file | default | |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
    "| | | `accessKeys` | `[]` | for `--auth iam`: `[{ accessKeyId, secretAccessKey, account, userName }]` |",
  ].join("\n");
}
