// Log anomaly detectors: created, got, listed, updated and deleted.
import { randomUUID } from "node:crypto";
import {
  LimitExceededException,
  ResourceNotFoundException,
  type AnomalyDetector,
  type EvaluationFrequency,
} from "@aws-sdk/client-cloudwatch-logs";
import { logGroupArn } from "../../core/logs/log-group-identifier.ts";
import {
  anomaliesIn,
  anomaliesOf,
  anomalyKey,
  createDetector,
  deleteModel,
  detectorsIn,
  scheduleDetector,
  unscheduleDetector,
  type StoredDetector,
} from "../../storage/log-anomalies.ts";
import type { Document } from "../../storage/state.ts";
import { modelled } from "../../wire/service.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import { aborted, invalidParameter, parseToken, printToken } from "./errors.ts";
import { compilePattern } from "./filter-patterns.ts";
import { requireKey } from "./kms-keys.ts";
import { groupName, requireGroup, scopeOf } from "./stored-groups.ts";
import { checkTags } from "./tags.ts";
import { requireStandardClass } from "./log-classes.ts";

const minuteMs = 60_000;

const frequencies: Readonly<Record<EvaluationFrequency, number>> = {
  ONE_MIN: minuteMs,
  FIVE_MIN: 5 * minuteMs,
  TEN_MIN: 10 * minuteMs,
  FIFTEEN_MIN: 15 * minuteMs,
  THIRTY_MIN: 30 * minuteMs,
  ONE_HOUR: 60 * minuteMs,
};

const defaultVisibilityDays = 21;
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
const detectorsPerAccount = 500;
const listPage = 50;
const attempts = 10;

export const detectorArn = ({ call }: LogsContext, detectorId: string) =>
  `arn:aws:logs:${call.region}:${call.account}:anomaly-detector:${detectorId}`;

/**
 * It learns from the last two weeks of events at its first evaluation, and judges when it has seen a day.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogAnomalyDetector.html
 */
export async function createLogAnomalyDetector(
  input: Input<"CreateLogAnomalyDetector">,
  context: LogsContext,
): Promise<Output<"CreateLogAnomalyDetector">> {
  const [arn, ...others] = input.logGroupArnList;
  if (arn === undefined || others.length > 0) {
    throw invalidParameter("logGroupArnList must contain exactly one log group ARN.");
  }
  if (!arn.startsWith("arn:")) throw invalidParameter("logGroupArnList must contain ARNs.");
  const { kmsKeyId } = input;
  compilePattern(input.filterPattern ?? "");
  const group = await requireGroup(context, arn);
  requireStandardClass(group);
  if (kmsKeyId !== undefined) await requireKey(kmsKeyId, arn, context);
  const { state } = context.dependencies;
  const scope = scopeOf(context);
  const detectors = await allDetectors(context);
  if (detectors.length >= detectorsPerAccount) {
    throw modelled(LimitExceededException, "The limit of log anomaly detectors of the account is reached.");
  }
  if (detectors.some(({ value }) => value.groupId === group.value.id)) {
    throw modelled(LimitExceededException, "The log group has a log anomaly detector already.");
  }
  const { now } = context.call;
  const windowMs = frequencies[input.evaluationFrequency ?? "FIVE_MIN"];
  const detectorId = randomUUID();
  const detector: StoredDetector = {
    logGroupName: group.key,
    groupId: group.value.id,
    windowMs,
    visibilityDays: input.anomalyVisibilityTime ?? defaultVisibilityDays,
    status: "INITIALIZING",
    createdAt: now,
    modifiedAt: now,
    tags: checkTags(input.tags ?? {}),
    ...(input.detectorName === undefined ? {} : { name: input.detectorName }),
    ...(input.filterPattern === undefined ? {} : { filterPattern: input.filterPattern }),
    ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
  };
  await state.write([
    createDetector(scope, detectorId, detector),
    scheduleDetector(scope, detectorId, endOfWindow(now, windowMs)),
  ]);
  context.dependencies.facts.publish({ kind: "WorkPlanned" });
  return { anomalyDetectorArn: detectorArn(context, detectorId) };
}

const endOfWindow = (now: number, windowMs: number) => (Math.floor(now / windowMs) + 1) * windowMs;

async function allDetectors(context: LogsContext): Promise<readonly Document<StoredDetector>[]> {
  const limit = detectorsPerAccount + 1;
  return detectorsIn(context.dependencies.state).list(scopeOf(context), { limit });
}

/** @throws ResourceNotFoundException, InvalidParameterException */
export async function requireDetector(context: LogsContext, arn: string): Promise<Document<StoredDetector>> {
  const detectorId = /^arn:aws:logs:[^:]+:\d{12}:anomaly-detector:([\w-]+)$/.exec(arn)?.[1];
  if (detectorId === undefined) throw invalidParameter(`Invalid anomaly detector ARN: ${arn}`);
  const found =
    arn === detectorArn(context, detectorId)
      ? await detectorsIn(context.dependencies.state).get(scopeOf(context), detectorId)
      : undefined;
  if (found === undefined) {
    throw modelled(ResourceNotFoundException, "The specified log anomaly detector does not exist.");
  }
  return found;
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogAnomalyDetector.html */
export async function getLogAnomalyDetector(
  input: Input<"GetLogAnomalyDetector">,
  context: LogsContext,
): Promise<Output<"GetLogAnomalyDetector">> {
  const { anomalyDetectorArn: _arn, ...described } = describe(
    context,
    await requireDetector(context, input.anomalyDetectorArn),
  );
  return described;
}

function describe(context: LogsContext, { key, value }: Document<StoredDetector>): AnomalyDetector {
  const { account, region } = context.call;
  const frequency = Object.entries(frequencies).find(([, ms]) => ms === value.windowMs);
  return {
    anomalyDetectorArn: detectorArn(context, key),
    logGroupArnList: [logGroupArn(account, region, value.logGroupName)],
    evaluationFrequency: (frequency?.[0] ?? "FIVE_MIN") as EvaluationFrequency,
    anomalyDetectorStatus: value.status,
    creationTimeStamp: value.createdAt,
    lastModifiedTimeStamp: value.modifiedAt,
    anomalyVisibilityTime: value.visibilityDays,
    ...(value.name === undefined ? {} : { detectorName: value.name }),
    ...(value.filterPattern === undefined ? {} : { filterPattern: value.filterPattern }),
    ...(value.kmsKeyId === undefined ? {} : { kmsKeyId: value.kmsKeyId }),
  };
}

const isKey = (value: unknown): value is string => typeof value === "string";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListLogAnomalyDetectors.html */
export async function listLogAnomalyDetectors(
  input: Input<"ListLogAnomalyDetectors">,
  context: LogsContext,
): Promise<Output<"ListLogAnomalyDetectors">> {
  const { filterLogGroupArn: arn, limit = listPage } = input;
  const only = arn === undefined ? undefined : groupName(context, arn);
  const after = input.nextToken === undefined ? undefined : parseToken(input.nextToken, isKey);
  const detectors = (await allDetectors(context)).filter(
    ({ key, value }) =>
      (after === undefined || key > after) && (only === undefined || value.logGroupName === only),
  );
  const page = detectors.slice(0, limit);
  return {
    anomalyDetectors: page.map((detector) => describe(context, detector)),
    ...(detectors.length > limit ? { nextToken: printToken(page.at(-1)?.key) } : {}),
  };
}

/**
 * A detector that looks at other events or at other windows begins to learn anew.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UpdateLogAnomalyDetector.html
 */
export async function updateLogAnomalyDetector(
  input: Input<"UpdateLogAnomalyDetector">,
  context: LogsContext,
): Promise<Output<"UpdateLogAnomalyDetector">> {
  if (input.filterPattern !== undefined) compilePattern(input.filterPattern);
  const { state, blobs } = context.dependencies;
  const { now } = context.call;
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const { scope, key, value, version } = await requireDetector(context, input.anomalyDetectorArn);
    const { evaluationFrequency: frequency, filterPattern = value.filterPattern } = input;
    const windowMs = frequency === undefined ? value.windowMs : frequencies[frequency];
    const learnsAnew = windowMs !== value.windowMs || filterPattern !== value.filterPattern;
    const changed: StoredDetector = {
      ...value,
      windowMs,
      visibilityDays: input.anomalyVisibilityTime ?? value.visibilityDays,
      status: !input.enabled ? "PAUSED" : value.status === "PAUSED" ? "TRAINING" : value.status,
      modifiedAt: now,
      ...(filterPattern === undefined ? {} : { filterPattern }),
    };
    if (!(await detectorsIn(state).replace(scope, key, changed, version))) continue;
    if (learnsAnew) await deleteModel(blobs, key);
    const change = input.enabled
      ? scheduleDetector(scope, key, endOfWindow(now, windowMs))
      : unscheduleDetector(scope, key);
    await state.write([change]);
    context.dependencies.facts.publish({ kind: "WorkPlanned" });
    return {};
  }
  throw aborted();
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogAnomalyDetector.html */
export async function deleteLogAnomalyDetector(
  input: Input<"DeleteLogAnomalyDetector">,
  context: LogsContext,
): Promise<Output<"DeleteLogAnomalyDetector">> {
  const { scope, key } = await requireDetector(context, input.anomalyDetectorArn);
  await forgetDetector(context, scope, key);
  return {};
}

async function forgetDetector(context: LogsContext, scope: string, detectorId: string): Promise<void> {
  const { state, blobs } = context.dependencies;
  for (const { id } of await anomaliesOf(state, scope, detectorId)) {
    await anomaliesIn(state).delete(scope, anomalyKey(detectorId, id));
  }
  await detectorsIn(state).delete(scope, detectorId);
  await state.write([unscheduleDetector(scope, detectorId)]);
  await deleteModel(blobs, detectorId);
}

/** A detector goes with its group. */
export async function forgetDetectorsOf(context: LogsContext, groupId: number): Promise<void> {
  for (const { scope, key, value } of await allDetectors(context)) {
    if (value.groupId === groupId) await forgetDetector(context, scope, key);
  }
}
