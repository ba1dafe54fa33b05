// The anomalies that detectors have found: listed, suppressed, and taken as normal.
import {
  ResourceNotFoundException,
  type Anomaly as AnswerAnomaly,
  type SuppressionUnit,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  describeAnomaly,
  isSuppressed,
  patternRegex,
  patternTokens,
  type Anomaly,
} from "../../core/logs/anomalies/anomaly.ts";
import { logGroupArn } from "../../core/logs/log-group-identifier.ts";
import {
  anomaliesIn,
  anomaliesOf,
  anomalyKey,
  detectorsIn,
  openAnomaly,
} from "../../storage/log-anomalies.ts";
import { modelled } from "../../wire/service.ts";
import { detectorArn, requireDetector } from "./anomaly-detectors.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import { invalidParameter, parseToken, printToken } from "./errors.ts";
import { scopeOf } from "./stored-groups.ts";

const listPage = 50;
const storedPage = 1_000;

const isKey = (value: unknown): value is string => typeof value === "string";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListAnomalies.html */
export async function listAnomalies(
  input: Input<"ListAnomalies">,
  context: LogsContext,
): Promise<Output<"ListAnomalies">> {
  const { limit = listPage, suppressionState, anomalyDetectorArn: arn } = input;
  const { state, logEncryption } = context.dependencies;
  const keyring = await logEncryption.currentKeyring();
  const only = arn === undefined ? undefined : await requireDetector(context, arn);
  const logGroups = new Map<string, string>();
  const anomalies: AnswerAnomaly[] = [];
  let after = input.nextToken === undefined ? undefined : parseToken(input.nextToken, isKey);
  for (;;) {
    const page = await anomaliesIn(state).list(scopeOf(context), {
      limit: storedPage,
      ...(only === undefined ? {} : { prefix: `${only.key}/` }),
      ...(after === undefined ? {} : { after: { key: after } }),
    });
    for (const { key, value } of page) {
      if (anomalies.length === limit) return { anomalies, nextToken: printToken(after) };
      after = key;
      const [detectorId = ""] = key.split("/");
      const suppressed = isSuppressed(value, context.call.now);
      if (suppressionState !== undefined && suppressed !== (suppressionState === "SUPPRESSED")) continue;
      const logGroupName = logGroups.get(detectorId) ?? (await groupOf(context, detectorId));
      logGroups.set(detectorId, logGroupName);
      anomalies.push(describe(context, detectorId, logGroupName, openAnomaly(keyring, value)));
    }
    if (page.length < storedPage) return { anomalies };
  }
}

async function groupOf(context: LogsContext, detectorId: string): Promise<string> {
  const detector = await detectorsIn(context.dependencies.state).get(scopeOf(context), detectorId);
  return detector?.value.logGroupName ?? "";
}

function describe(
  context: LogsContext,
  detectorId: string,
  logGroupName: string,
  anomaly: Anomaly,
): AnswerAnomaly {
  const { account, region, now } = context.call;
  const suppressed = isSuppressed(anomaly, now);
  const { suppression } = anomaly;
  return {
    anomalyId: anomaly.id,
    patternId: anomaly.patternId,
    anomalyDetectorArn: detectorArn(context, detectorId),
    patternString: anomaly.tokens.join(""),
    patternRegex: patternRegex(anomaly.tokens),
    patternTokens: [...patternTokens(anomaly)],
    priority: anomaly.priority,
    firstSeen: anomaly.firstSeenAt,
    lastSeen: anomaly.lastSeenAt,
    description: describeAnomaly(anomaly),
    active: anomaly.isActive,
    state: suppressed ? "Suppressed" : anomaly.isBaseline === true ? "Baseline" : "Active",
    histogram: { ...anomaly.histogram },
    logSamples: anomaly.samples.map(({ timestamp, message }) => ({ timestamp, message })),
    logGroupArnList: [logGroupArn(account, region, logGroupName)],
    suppressed,
    ...(suppression === undefined || !suppressed
      ? {}
      : {
          suppressedDate: suppression.at,
          suppressedUntil: suppression.until ?? 0,
          isPatternLevelSuppression: suppression.isOfPattern,
        }),
  };
}

const units: Readonly<Record<SuppressionUnit, number>> = {
  SECONDS: 1_000,
  MINUTES: 60_000,
  HOURS: 3_600_000,
};

/**
 * Without a type of suppression, one that there was ends.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UpdateAnomaly.html
 */
export async function updateAnomaly(
  input: Input<"UpdateAnomaly">,
  context: LogsContext,
): Promise<Output<"UpdateAnomaly">> {
  const { anomalyId, patternId, baseline } = input;
  if ((anomalyId === undefined) === (patternId === undefined)) {
    throw invalidParameter("Exactly one of anomalyId and patternId must be specified.");
  }
  const { scope, key: detectorId } = await requireDetector(context, input.anomalyDetectorArn);
  const { state } = context.dependencies;
  const anomalies = (await anomaliesOf(state, scope, detectorId)).filter(
    (anomaly) => anomaly.id === anomalyId || anomaly.patternId === patternId,
  );
  if (anomalies.length === 0) {
    throw modelled(ResourceNotFoundException, "The specified anomaly does not exist.");
  }
  const suppression = suppressionOf(input, context.call.now);
  for (const { suppression: _before, ...anomaly } of anomalies) {
    await anomaliesIn(state).put(scope, anomalyKey(detectorId, anomaly.id), {
      ...anomaly,
      ...(baseline === true ? { isBaseline: true } : {}),
      ...(suppression === undefined ? {} : { suppression }),
    });
  }
  return {};
}

function suppressionOf(
  { suppressionType, suppressionPeriod, patternId }: Input<"UpdateAnomaly">,
  now: number,
): Anomaly["suppression"] {
  if (suppressionType === undefined) return undefined;
  const isOfPattern = patternId !== undefined;
  if (suppressionType === "INFINITE") return { at: now, isOfPattern };
  const { value = 0, suppressionUnit } = suppressionPeriod ?? {};
  if (value <= 0 || suppressionUnit === undefined) {
    throw invalidParameter("suppressionPeriod must be specified when suppressionType is LIMITED.");
  }
  return { at: now, until: now + value * units[suppressionUnit], isOfPattern };
}
