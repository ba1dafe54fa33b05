// The templates of the events that arrived at a group, counted by window.
import { RE2JS } from "re2js";
import { anomalyLimits, type Anomaly } from "../../core/logs/anomalies/anomaly.ts";
import { compileFilterPattern } from "../../core/logs/filter-pattern/compile.ts";
import { parseFilterPattern } from "../../core/logs/filter-pattern/parse.ts";
import type { TemplateMiner } from "../../core/logs/templates/template-miner.ts";
import type { LogEncryption } from "../../storage/encryption/log-encryption.ts";
import type { StoredDetector } from "../../storage/log-anomalies.ts";
import { countArrivals, readArrivals } from "../../storage/telemetry/log-queries.ts";
import type { Telemetry } from "../../storage/telemetry.ts";

export interface WindowCounts {
  readonly counts: Map<string, number>;
  readonly samples: Map<string, Anomaly["samples"]>;
}

export interface ReadParts {
  readonly telemetry: Telemetry;
  readonly logEncryption: LogEncryption;
}

/** Events that are looked at before others have their turn. */
const pageEvents = 2_500;

/**
 * By the start of the window. Of more events than `atMost` every n-th is looked at and counts n times, so
 * that counts stay what they are.
 */
export async function readTemplates(
  { telemetry, logEncryption }: ReadParts,
  { groupId, windowMs, filterPattern = "" }: StoredDetector,
  miner: TemplateMiner,
  { from, to, atMost }: { readonly from: number; readonly to: number; readonly atMost: number },
): Promise<ReadonlyMap<number, WindowCounts>> {
  const windows = new Map<number, WindowCounts>();
  const matches = compileFilterPattern(parseFilterPattern(filterPattern), compileRegex);
  const arrivals = { source: await logEncryption.sourceOf([groupId]), groupId, from, to };
  const every = Math.max(1, Math.ceil((await countArrivals(telemetry, arrivals)) / atMost));
  for (let after = 0n; ;) {
    const page = await readArrivals(telemetry, arrivals, { every, after, limit: pageEvents });
    if (page.length === 0) return windows;
    for (const { message, timestamp, ingestedAt } of page) {
      if (!matches(message)) continue;
      const id = miner.add(message);
      const startAt = from + Math.floor((ingestedAt - from) / windowMs) * windowMs;
      const window = windows.get(startAt) ?? { counts: new Map(), samples: new Map() };
      windows.set(startAt, window);
      window.counts.set(id, (window.counts.get(id) ?? 0) + every);
      const samples = window.samples.get(id) ?? [];
      if (samples.length < anomalyLimits.samples)
        window.samples.set(id, [...samples, { timestamp, message }]);
    }
    after = page.at(-1)?.sequence ?? after;
  }
}

/** The operation that stored the pattern has compiled it before. */
function compileRegex(source: string): (text: string) => boolean {
  const regex = RE2JS.compile(source);
  return (text) => regex.matcher(text).find();
}
