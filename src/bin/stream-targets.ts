// Reads the file that says where delivery streams send their records.
import { readFileSync } from "node:fs";
import type { MetricStream } from "../core/metric-streams/metric-stream.ts";
import { defaultTarget, parseFirehoseTargets, type FirehoseTarget } from "../core/metric-streams/targets.ts";
import { UsageError } from "../server/options.ts";

/** @throws UsageError that names the file */
export function readStreamTargets(path: string | undefined): (stream: MetricStream) => FirehoseTarget {
  const targets = path === undefined ? new Map<string, FirehoseTarget>() : targetsIn(path);
  return ({ firehoseArn }) => targets.get(firehoseArn) ?? defaultTarget(firehoseArn);
}

function targetsIn(path: string) {
  let json: string;
  try {
    json = readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(`--stream-targets ${path} cannot be read: ${String(error)}`);
  }
  const targets = parseFirehoseTargets(json);
  if ("problem" in targets) throw new UsageError(`--stream-targets ${path}: ${targets.problem}`);
  return targets;
}
