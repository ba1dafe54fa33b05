// `groundwatch serve`: starts the server, says where it is, and stops it with nothing lost.
import { setFlagsFromString } from "node:v8";
import { readConfig } from "../server/config.ts";
import { settings, type Config } from "../server/config-settings.ts";
import { renderOptions } from "../server/options.ts";
import { rootCredentialsPath } from "../server/root-credentials.ts";
import { startEngineAhead } from "../storage/telemetry/engine/engine-connection.ts";
import { readVersion, renderCommandHelp } from "./commands.ts";
import type { Running } from "./compose.ts";

const notes = [
  "Each flag is also an environment variable (--xray-udp-port is GROUNDWATCH_XRAY_UDP_PORT) and a key\n" +
    "of the configuration file (xrayUdpPort in groundwatch.json, or in the file that --config FILE names).",
];

export async function serve(words: readonly string[]): Promise<void> {
  const request = readConfig({ words, environment: process.env });
  if (request.help) {
    process.stdout.write(renderCommandHelp("serve", renderOptions(settings), notes));
    return;
  }
  const { config } = request;
  if (config.clickhouseUrl === undefined) startEngineAhead();
  growYoungSpaceBy(1);
  const starting = import("./compose.ts").then(({ start }) => start(config));
  stopOnSignals(starting);
  const running = await starting;
  growYoungSpaceBy(2); // V8's own value
  process.stdout.write(`${greeting(running, config)}\n`);
}

/**
 * Nearly all that a start makes is kept. V8 takes that for a need of more space for young objects, doubles it
 * four times, and gives the 14 MB back to nobody; so it grows only when requests come.
 */
function growYoungSpaceBy(factor: number): void {
  setFlagsFromString(`--semi-space-growth-factor=${factor}`);
}

function greeting({ url }: Running, config: Config): string {
  const rootCredentials = config.auth === "iam" ? rootCredentialsPath(config.data) : undefined;
  if (config.json) {
    const { pid } = process;
    return JSON.stringify({ event: "listening", url, pid, version: readVersion(), rootCredentials });
  }
  const key = rootCredentials === undefined ? "" : `, its root key in ${rootCredentials}`;
  const hint = `aws --endpoint-url ${url} --region ${config.region} logs describe-log-groups`;
  return `Groundwatch is at ${url}${key}; try: ${hint}`;
}

/**
 * The first signal stops in good order, if need be after the start; a second one, of an impatient person, at
 * once. Who started it reports a start that fails.
 */
function stopOnSignals(starting: Promise<Running>): void {
  let stopping = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      stop(starting).then(
        () => process.exit(),
        (error: unknown) => {
          process.stderr.write(`groundwatch: the stop failed: ${String(error)}\n`);
          process.exit(1);
        },
      );
    });
  }
}

async function stop(starting: Promise<Running>): Promise<void> {
  const running = await starting.catch(() => undefined);
  await running?.stop();
}
