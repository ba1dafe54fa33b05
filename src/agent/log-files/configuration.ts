// Reads the agent's configuration file for this machine.
import { readFileSync } from "node:fs";
import { hostname, networkInterfaces } from "node:os";
import {
  AgentConfigurationError,
  readCollectList,
  type CollectedFiles,
} from "../../core/log-files/collect-list.ts";

export interface Machine {
  readonly account: string;
  readonly region: string;
  /** Epoch milliseconds, for `{date}`. */
  readonly now: number;
}

/** @throws AgentConfigurationError with the path in its message. */
export function readAgentConfiguration(path: string, machine: Machine): readonly CollectedFiles[] {
  try {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    const entries = readCollectList(readFileSync(path, "utf8"), placeholdersOf(machine), timeZone);
    for (const { encoding } of entries) requireEncoding(encoding);
    return entries;
  } catch (error) {
    throw new AgentConfigurationError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Outside EC2 the host's name is the instance's id: that is what the agent itself uses on premises. */
function placeholdersOf({ account, region, now }: Machine) {
  const host = hostname();
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const address = addresses.find(({ internal, family }) => !internal && family === "IPv4")?.address;
  return {
    instance_id: host,
    hostname: host,
    local_hostname: host,
    ip_address: address ?? "UNKNOWN-IP",
    aws_region: region,
    account_id: account,
    date: new Date(now).toISOString().slice(0, 10),
  };
}

/** Lines are told apart by their bytes, which rules out encodings where a line feed is more than one. */
function requireEncoding(encoding: string): void {
  let known: string;
  try {
    known = new TextDecoder(encoding).encoding;
  } catch {
    throw new AgentConfigurationError(`the encoding ${encoding} is not known`);
  }
  if (known.startsWith("utf-16"))
    throw new AgentConfigurationError(`the encoding ${encoding} is not supported`);
}
