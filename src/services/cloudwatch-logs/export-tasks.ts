// Export tasks: created, described and cancelled; `export-runs.ts` runs them.
import { randomUUID } from "node:crypto";
import {
  InvalidOperationException,
  LimitExceededException,
  ResourceNotFoundException,
  type ExportTask,
} from "@aws-sdk/client-cloudwatch-logs";
import { logLimits } from "../../core/logs/limits.ts";
import type { Document } from "../../storage/state.ts";
import { modelled } from "../../wire/service.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import { aborted, invalidParameter, parseToken, printToken } from "./errors.ts";
import { exportLimits } from "./export-runs.ts";
import { exportCollections, exportTasksIn, type StoredExportTask } from "./stored-export-tasks.ts";
import { requireStandardClass } from "./log-classes.ts";
import { requireGroup, scopeOf } from "./stored-groups.ts";

const attempts = 10;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const bucketName = /^(?!.*\.\.)(?!\d+(\.\d+){3}$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const writeTestName = "aws-logs-write-test";

/**
 * The bucket is one of the data folder's. A file is put there at first, as AWS does to see that it may.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateExportTask.html
 */
export async function createExportTask(
  input: Input<"CreateExportTask">,
  context: LogsContext,
): Promise<Output<"CreateExportTask">> {
  const { state, blobs } = context.dependencies;
  const { now } = context.call;
  const { from, to, destination: bucket, taskName, logStreamNamePrefix } = input;
  const group = await requireGroup(context, input.logGroupName);
  requireStandardClass(group);
  if (!bucketName.test(bucket)) {
    throw invalidParameter("The given bucket does not exist. Please provide a valid bucket.");
  }
  if (from > to) throw invalidParameter("The specified time range is invalid: from is later than to.");
  if (to < group.value.createdAt) {
    throw invalidParameter("The specified time range ends before the log group was created.");
  }
  const prefix = input.destinationPrefix ?? "exportedlogs";
  const writeTest = `${prefix}/${writeTestName}`;
  if (Buffer.byteLength(writeTest) > exportLimits.keyBytes) {
    throw invalidParameter(`Keys that begin with destinationPrefix exceed ${exportLimits.keyBytes} bytes.`);
  }
  await blobs.put(bucket, writeTest, Buffer.from("Permission Check Successful"));
  const taskId = randomUUID();
  const scope = scopeOf(context);
  const task: StoredExportTask = {
    logGroupName: group.key,
    groupId: group.value.id,
    from,
    to,
    bucket,
    prefix,
    status: "PENDING",
    createdAt: now,
    files: 0,
    events: 0,
    ...(taskName === undefined ? {} : { taskName }),
    ...(logStreamNamePrefix === undefined ? {} : { streamPrefix: logStreamNamePrefix }),
  };
  const { tasks, active } = exportCollections;
  const created = await state.write([
    { kind: "create", collection: active, scope: "", key: scope, value: { taskId } },
    { kind: "create", collection: tasks, scope, key: taskId, value: task, rank: now },
  ]);
  if (!created) throw modelled(LimitExceededException, "Resource limit exceeded.");
  context.exports.begin(scope, taskId);
  return { taskId };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CancelExportTask.html */
export async function cancelExportTask(
  input: Input<"CancelExportTask">,
  context: LogsContext,
): Promise<Output<"CancelExportTask">> {
  const tasks = exportTasksIn(context.dependencies.state);
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const task = await tasks.get(scopeOf(context), input.taskId);
    if (task === undefined) {
      throw modelled(ResourceNotFoundException, "The specified export task does not exist.");
    }
    const { scope, key, value, version } = task;
    if (value.status !== "PENDING" && value.status !== "RUNNING") {
      throw modelled(
        InvalidOperationException,
        `The specified export task is not pending or running, but ${value.status}.`,
      );
    }
    const cancelled: StoredExportTask = { ...value, status: "PENDING_CANCEL" };
    if (!(await tasks.replace(scope, key, cancelled, version, value.createdAt))) continue;
    context.exports.begin(scope, key);
    return {};
  }
  throw aborted();
}

interface TaskPosition {
  readonly key: string;
  readonly rank: number;
}

const isPosition = (value: unknown): value is TaskPosition =>
  typeof value === "object" &&
  value !== null &&
  "key" in value &&
  typeof value.key === "string" &&
  "rank" in value &&
  typeof value.rank === "number";

/**
 * Newest first.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeExportTasks.html
 */
export async function describeExportTasks(
  input: Input<"DescribeExportTasks">,
  context: LogsContext,
): Promise<Output<"DescribeExportTasks">> {
  const { taskId, statusCode } = input;
  const tasks = exportTasksIn(context.dependencies.state);
  const hasStatus = ({ value }: Document<StoredExportTask>) =>
    statusCode === undefined || value.status === statusCode;
  if (taskId !== undefined) {
    const task = await tasks.get(scopeOf(context), taskId);
    return { exportTasks: task !== undefined && hasStatus(task) ? [describe(task)] : [] };
  }
  const limit = input.limit ?? logLimits.describePage;
  let after = input.nextToken === undefined ? undefined : parseToken(input.nextToken, isPosition);
  const found: Document<StoredExportTask>[] = [];
  for (;;) {
    const page = await tasks.list(scopeOf(context), {
      order: "rank",
      descending: true,
      limit: logLimits.listedGroups,
      ...(after === undefined ? {} : { after }),
    });
    found.push(...page.filter(hasStatus));
    const last = page.at(-1);
    if (last === undefined || page.length < logLimits.listedGroups || found.length > limit) break;
    after = { key: last.key, rank: last.value.createdAt };
  }
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    exportTasks: page.map(describe),
    ...(found.length > limit && last !== undefined
      ? { nextToken: printToken({ key: last.key, rank: last.value.createdAt }) }
      : {}),
  };
}

function describe({ key, value }: Document<StoredExportTask>): ExportTask {
  const { taskName, logGroupName, from, to, bucket, prefix, status, files, events } = value;
  const soFar = `${events} events in ${files} files so far`;
  return {
    taskId: key,
    ...(taskName === undefined ? {} : { taskName }),
    logGroupName,
    from,
    to,
    destination: bucket,
    destinationPrefix: prefix,
    status: { code: status, message: value.message ?? soFar },
    executionInfo: {
      creationTime: value.createdAt,
      ...(value.completedAt === undefined ? {} : { completionTime: value.completedAt }),
    },
  };
}
