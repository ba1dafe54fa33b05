// The work that goes on beside the answering of requests.
import { every } from "../core/clock.ts";
import { createSelfMetrics, type SelfMetrics } from "../server/self-metrics.ts";
import type { Dependencies } from "../services/dependencies.ts";
import { startAlarmEvaluator } from "../workers/alarm-evaluator.ts";
import { startLogAnomalyDetection } from "../workers/log-anomaly-detection.ts";
import { startAnomalyTrainer } from "../workers/anomaly-trainer.ts";
import { startMessageMoves } from "../workers/message-moves.ts";
import { startMetricRollup } from "../workers/metric-rollup.ts";
import { startMetricStreams } from "../workers/metric-streams.ts";
import { startMending } from "../workers/set-back.ts";
import { createTrailWriter, type TrailWriter } from "../workers/trail-writer.ts";
import { alarmFactsOf, seriesOf, type AlarmFacts } from "./alarm-facts.ts";
import type { Surroundings } from "./listeners.ts";
import { readStreamTargets } from "./stream-targets.ts";

export interface Workers {
  readonly trail: TrailWriter;
  readonly selfMetrics: SelfMetrics;
  readonly alarms: AlarmFacts;
}

const dayMs = 86_400_000;
const hourMs = 3_600_000;
/** Processes beside this one have the same time but for this much. */
const streamLagMs = { manual: 0, system: 2_000 } as const;
/** On a clock that stands still all data is there when it moves on. */
const settleMs = { manual: 0, system: 5_000 } as const;

/** They are stopped by `stack`, each with what it has begun. */
export function startWorkers({ config, log, stack }: Surroundings, dependencies: Dependencies): Workers {
  const { clock, rollups, telemetry } = dependencies;
  const onError = (error: unknown) => log.error("API calls were not recorded", error);
  const trail = createTrailWriter({ ...dependencies, onError });
  stack.push(() => trail.stop());
  const rollup = startMetricRollup(clock, telemetry, rollups, (error) =>
    log.error("metrics were not rolled up", error),
  );
  stack.push(() => rollup.stop());
  const alarmFacts = alarmFactsOf(dependencies, settleMs[config.clock]);
  const evaluator = startAlarmEvaluator({
    ...dependencies,
    alarms: alarmFacts.reader,
    settleMs: alarmFacts.settleMs,
    onError: (error) => log.error("alarms were not evaluated", error),
  });
  stack.push(() => evaluator.stop());
  const trainer = startAnomalyTrainer({
    ...dependencies,
    series: seriesOf(dependencies),
    onError: (error) => log.error("anomaly detectors were not trained", error),
  });
  stack.push(() => trainer.stop());
  const streams = startMetricStreams({
    ...dependencies,
    targetOf: readStreamTargets(config.streamTargets),
    lagMs: streamLagMs[config.clock],
    onError: (error) => log.error("metrics were not streamed", error),
  });
  stack.push(() => streams.stop());
  const anomalies = startLogAnomalyDetection({
    ...dependencies,
    onError: (error) => log.error("log anomalies were not looked for", error),
  });
  stack.push(() => anomalies.stop());
  const moves = startMessageMoves({
    ...dependencies,
    onError: (error) => log.error("messages were not moved", error),
  });
  stack.push(() => moves.stop());
  // The engine's own expiry goes by the machine's time, which is not the one that counts under a manual
  // clock.
  if (config.clock === "manual") stack.push(every(clock, dayMs, () => telemetry.expire(clock.now())));
  const stopMending = startMending({
    clock,
    mend: (now) => dependencies.queues.shortenWaits(now),
    onError: (error) => log.error("messages may stay invisible for too long", error),
  });
  stack.push(stopMending);
  stack.push(every(clock, hourMs, () => dependencies.queues.expireAll(clock.now())));
  stack.push(every(clock, hourMs, () => dependencies.logEncryption.keyring.deleteDue()));
  return { trail, alarms: alarmFacts, selfMetrics: createSelfMetrics(telemetry) };
}
