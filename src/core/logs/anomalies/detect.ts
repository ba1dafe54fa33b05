// One evaluation of a log anomaly detector: from the messages of a window to what changes in its anomalies.
import type { TemplateMiner } from "../templates/template-miner.ts";
import { isSuppressed, priorityOf, sawAgain, type Anomaly } from "./anomaly.ts";
import { findDeviations, learn, type Baseline, type Deviation } from "./baseline.ts";

/** The messages of a window by their templates; `samples` has a few of each. */
export interface Window {
  readonly startAt: number;
  readonly endAt: number;
  readonly counts: ReadonlyMap<string, number>;
  readonly samples: ReadonlyMap<string, Anomaly["samples"]>;
}

export interface Detection {
  readonly baseline: Baseline;
  /** Anomalies that are new or have changed. */
  readonly changed: readonly Anomaly[];
  /** Those of them that are new. */
  readonly found: readonly Anomaly[];
}

/**
 * A template that has an anomaly already goes on with it. One that is normal again ends its anomaly; so does
 * one that was there for `visibilityMs`, which is normal from then on. An anomaly that is suppressed is not
 * updated, and of a pattern that is suppressed there are no new ones:
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UpdateAnomaly.html
 */
export function detect(
  baseline: Baseline,
  miner: TemplateMiner,
  window: Window,
  anomalies: readonly Anomaly[],
  { visibilityMs, newId }: { readonly visibilityMs: number; readonly newId: () => string },
): Detection {
  const { counts, endAt } = window;
  const open = new Map(
    anomalies.filter(({ isBaseline }) => isBaseline !== true).map((anomaly) => [anomaly.patternId, anomaly]),
  );
  const normal = new Set(
    anomalies.filter(({ isBaseline }) => isBaseline === true).map(({ patternId }) => patternId),
  );
  const suppressedPatterns = new Set(
    anomalies
      .filter((anomaly) => anomaly.suppression?.isOfPattern === true && isSuppressed(anomaly, endAt))
      .map(({ patternId }) => patternId),
  );
  const changed: Anomaly[] = [];
  const found: Anomaly[] = [];
  const apart = new Set<string>();
  for (const deviation of findDeviations(baseline, counts)) {
    const { id, count } = deviation;
    if (normal.has(id) && deviation.kind === "new") continue;
    const before = open.get(id);
    const suppressed = before === undefined ? suppressedPatterns.has(id) : isSuppressed(before, endAt);
    if (suppressed) {
      open.delete(id);
      apart.add(id);
      continue;
    }
    const samples = window.samples.get(id) ?? [];
    if (before === undefined) {
      const made = begin(deviation, miner, window, newId());
      found.push(sawAgain(made, window, count, samples));
      apart.add(id);
      continue;
    }
    open.delete(id);
    const isOld = endAt - before.firstSeenAt > visibilityMs;
    changed.push({ ...sawAgain(before, window, count, samples), ...(isOld ? { isBaseline: true } : {}) });
    if (!isOld) apart.add(id);
  }
  for (const anomaly of open.values()) if (anomaly.isActive) changed.push({ ...anomaly, isActive: false });
  return { baseline: learn(baseline, counts, apart), changed: [...changed, ...found], found };
}

function begin(deviation: Deviation, miner: TemplateMiner, { startAt }: Window, id: string): Anomaly {
  const template = miner.template(deviation.id) ?? { id: deviation.id, tokens: [] };
  return {
    id,
    patternId: deviation.id,
    tokens: template.tokens,
    kind: deviation.kind,
    ...(deviation.kind === "new" ? {} : { expected: deviation.expected }),
    priority: priorityOf(template, deviation),
    firstSeenAt: startAt,
    lastSeenAt: startAt,
    isActive: true,
    histogram: {},
    samples: [],
  };
}
