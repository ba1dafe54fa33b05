// `groundwatch doctor`: looks at what the server needs, and says what is wrong and how to mend it.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { statfsSync } from "node:fs";
import { createServer } from "node:net";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { existsSync } from "node:fs";
import { readConfig } from "../server/config.ts";
import { settings, type Config } from "../server/config-settings.ts";
import { renderOptions } from "../server/options.ts";
import { openDataFolder } from "../storage/data-folder.ts";
import { lineOf } from "./command-errors.ts";
import { readVersion, renderCommandHelp } from "./commands.ts";

/** `warn` is for what the server works without. */
interface Finding {
  readonly check: string;
  readonly verdict: "ok" | "warn" | "fail";
  readonly detail: string;
}

const limits = { freeBytes: 1024 ** 3, healthTimeoutMs: 2_000 } as const;

/** Exits with 1 when something would keep the server from starting. */
export async function doctor(words: readonly string[]): Promise<void> {
  const request = readConfig({ words, environment: process.env });
  if (request.help) {
    process.stdout.write(renderCommandHelp("doctor", renderOptions(settings)));
    return;
  }
  const { config } = request;
  const server = await checkServer(config);
  const isRunning = server.verdict === "ok";
  const findings = [
    ...checkVersions(),
    checkSystem(),
    server,
    ...(isRunning ? [] : [await checkPort(config), ...(await checkListeners(config))]),
    checkFolder(config, isRunning),
    checkDisk(config),
  ];
  for (const finding of findings) process.stdout.write(`${render(finding, config.json)}\n`);
  if (findings.some(({ verdict }) => verdict === "fail")) process.exitCode = 1;
}

function render({ check, verdict, detail }: Finding, isJson: boolean): string {
  if (isJson) return JSON.stringify({ check, verdict, detail });
  return `${verdict.padEnd(4)}  ${check.padEnd(14)}${detail}`;
}

const require = createRequire(import.meta.url);

function checkVersions(): readonly Finding[] {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const isSupported = major > 20 || (major === 20 && minor >= 19);
  const engines = ["chdb", "libsql"].map((name) => `${name} ${versionOf(name)}`).join(", ");
  return [
    { check: "groundwatch", verdict: "ok", detail: `${readVersion()}, with ${engines}` },
    {
      check: "node",
      verdict: isSupported ? "ok" : "fail",
      detail: `${process.versions.node}${isSupported ? "" : ": install Node 20.19 or later"}`,
    },
  ];
}

function versionOf(name: string): string {
  for (let folder = dirname(require.resolve(name)); ; folder = dirname(folder)) {
    try {
      const found = require(`${folder}/package.json`) as { name?: string; version?: string };
      if (found.name === name) return found.version ?? "?";
    } catch {
      // Not the package's own folder yet.
    }
    if (folder === dirname(folder)) return "?";
  }
}

/** The embedded ClickHouse is built for glibc on Linux and for macOS. */
function checkSystem(): Finding {
  const place = `${process.platform} ${process.arch}`;
  const check = "system";
  const mend = "keep telemetry in a ClickHouse server, with --clickhouse-url";
  if (process.platform !== "linux" && process.platform !== "darwin") {
    return { check, verdict: "fail", detail: `${place} has no embedded ClickHouse: ${mend}` };
  }
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  if (process.platform === "linux" && header.glibcVersionRuntime === undefined) {
    return { check, verdict: "fail", detail: `${place} with musl has no embedded ClickHouse: ${mend}` };
  }
  if (process.platform === "darwin") {
    return { check, verdict: "warn", detail: `${place}: the host's own metrics need Linux` };
  }
  return { check, verdict: "ok", detail: `${place}, glibc ${header.glibcVersionRuntime}` };
}

async function checkServer({ host, port }: Config): Promise<Finding> {
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  const signal = AbortSignal.timeout(limits.healthTimeoutMs);
  const answer = await fetch(`${url}/_groundwatch/health`, { signal }).catch(() => undefined);
  if (answer === undefined) return { check: "server", verdict: "warn", detail: `none answers at ${url}` };
  const text = (await answer.text()).trim();
  if (answer.ok) return { check: "server", verdict: "ok", detail: `answers at ${url}: ${text}` };
  return {
    check: "server",
    verdict: "fail",
    detail: `${url} answers ${answer.status}: ${text.slice(0, 200)}`,
  };
}

async function checkPort({ host, port }: Config): Promise<Finding> {
  const problem = await problemOfTcp(host, port);
  if (problem === undefined) return { check: "port", verdict: "ok", detail: `${host}:${port} is free` };
  const detail = `${host}:${port} cannot be used (${problem}): choose another with --port`;
  return { check: "port", verdict: "fail", detail };
}

/** The server does without a listener whose port is taken. */
async function checkListeners(config: Config): Promise<readonly Finding[]> {
  const listeners = [
    { check: "X-Ray port", port: config.xrayUdpPort, flag: "--xray-udp-port", protocols: "UDP" },
    { check: "EMF port", port: config.emfPort, flag: "--emf-port", protocols: "TCP and UDP" },
    { check: "syslog port", port: config.syslogPort, flag: "--syslog-port", protocols: "TCP and UDP" },
  ] as const;
  return Promise.all(
    listeners.map(async ({ check, port, flag, protocols }): Promise<Finding> => {
      if (port === 0) return { check, verdict: "ok", detail: "turned off" };
      const place = `${config.host}:${port} (${protocols})`;
      const ofTcp = protocols === "UDP" ? undefined : await problemOfTcp(config.host, port);
      const problem = ofTcp ?? (await problemOfUdp(config.host, port));
      if (problem === undefined) return { check, verdict: "ok", detail: `${place} is free` };
      const detail = `${place} cannot be used (${problem}): choose another with ${flag}`;
      return { check, verdict: "warn", detail };
    }),
  );
}

async function problemOfTcp(host: string, port: number): Promise<string | undefined> {
  const server = createServer();
  const problem = await bound(server, () => server.listen(port, host));
  server.close();
  return problem;
}

async function problemOfUdp(host: string, port: number): Promise<string | undefined> {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  const problem = await bound(socket, () => socket.bind(port, host));
  socket.close();
  return problem;
}

/** The error code when it could not listen. */
async function bound(emitter: NodeJS.EventEmitter, listen: () => void): Promise<string | undefined> {
  const listening = once(emitter, "listening");
  listen();
  return listening.then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );
}

/** Opening it would make it, so a folder that is not there is only named. */
function checkFolder({ data }: Config, isRunning: boolean): Finding {
  const check = "data folder";
  const path = resolve(data);
  if (!existsSync(path)) return { check, verdict: "ok", detail: `${path} will be made` };
  try {
    openDataFolder(path).release();
    return { check, verdict: "ok", detail: `${path} can be used` };
  } catch (error) {
    const detail = lineOf(error);
    if (!isRunning) return { check, verdict: "fail", detail };
    // While a server runs, that is as it should be and needs no mend.
    return { check, verdict: "ok", detail: detail.replace(/: stop it.*/, "") };
  }
}

function checkDisk({ data }: Config): Finding {
  let folder = resolve(data);
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  const freeBytes = bavail * bsize;
  const detail = `${(freeBytes / 1024 ** 3).toFixed(1)} GiB free at ${folder}`;
  if (freeBytes >= limits.freeBytes) return { check: "disk", verdict: "ok", detail };
  return {
    check: "disk",
    verdict: "warn",
    detail: `${detail}: free some space, or choose another folder with --data`,
  };
}
