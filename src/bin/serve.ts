// `groundwatch serve`: starts the server, says where it is, and stops it with nothing lost.
import { readConfig } from "../server/config.ts";
import { settings, type Config } from "../server/config-settings.ts";
import { renderOptions } from "../server/options.ts";
import { readVersion, renderCommandHelp } from "./commands.ts";
import { start, type Running } from "./compose.ts";

const notes = [
  "Each flag is also an environment variable (--xray-udp-port is GROUNDWATCH_XRAY_UDP_PORT) and a key of the\n" +
    "configuration file (xrayUdpPort in groundwatch.json, or in the file that --config FILE names).",
];

export async function serve(words: readonly string[]): Promise<void> {
  const request = readConfig({ words, environment: process.env });
  if (request.help) {
    process.stdout.write(renderCommandHelp("serve", renderOptions(settings), notes));
    return;
  }
  const { config } = request;
  const running = await start(config);
  stopOnSignals(running);
  process.stdout.write(`${greeting(running, config)}\n`);
}

function greeting({ url }: Running, config: Config): string {
  if (config.json) {
    return JSON.stringify({ event: "listening", url, pid: process.pid, version: readVersion() });
  }
  return `Groundwatch is at ${url}; try: aws --endpoint-url ${url} --region ${config.region} logs describe-log-groups`;
}

/** The first signal stops in good order; a second one, of an impatient person, at once. */
function stopOnSignals(running: Running): void {
  let stopping = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      running.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          process.stderr.write(`groundwatch: the stop failed: ${String(error)}\n`);
          process.exit(1);
        },
      );
    });
  }
}
