// Log transformers: put, got, deleted and tested.
import { ResourceNotFoundException } from "@aws-sdk/client-cloudwatch-logs";
import { compileTransformer, type Transform } from "../../core/logs/transformers/compile-transformer.ts";
import { TransformerProblem } from "../../core/logs/transformers/define.ts";
import { logGroupArn } from "../../core/logs/log-group-identifier.ts";
import { modelled } from "../../wire/service.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import { invalidParameter } from "./errors.ts";
import { policyKey, transformersIn } from "./group-policies.ts";
import { requireStandardClass } from "./log-classes.ts";
import { changeGroup, requireGroup } from "./stored-groups.ts";
import { compileRe2 } from "../../storage/re2-regex.ts";

/**
 * Events that come from now on are transformed; those that are there already are not.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutTransformer.html
 */
export async function putTransformer(
  input: Input<"PutTransformer">,
  context: LogsContext,
): Promise<Output<"PutTransformer">> {
  const group = await requireGroup(context, input.logGroupIdentifier);
  requireStandardClass(group);
  compile(input.transformerConfig);
  if (group.value.isTransformed !== true) {
    await changeGroup(context, group.key, (value) => ({ ...value, isTransformed: true }));
  }
  const transformers = transformersIn(context.dependencies.state);
  const key = policyKey(group.value.id);
  const { now } = context.call;
  const before = await transformers.get("", key);
  const createdAt = before?.value.createdAt ?? now;
  await transformers.put("", key, { config: input.transformerConfig, createdAt, modifiedAt: now });
  context.ingestRules.forget(group.value.id);
  return {};
}

/** @throws InvalidParameterException for a JSON text that is no list of processors. */
export function requireTransformer(document: string): void {
  let config: unknown;
  try {
    config = JSON.parse(document);
  } catch {
    throw invalidParameter("The policy document is no valid JSON.");
  }
  compile(config);
}

/** @throws InvalidParameterException in words for whoever wrote the configuration. */
function compile(config: unknown): Transform {
  try {
    return compileTransformer(config, compileRe2);
  } catch (error) {
    if (error instanceof TransformerProblem) throw invalidParameter(error.message);
    throw error;
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetTransformer.html */
export async function getTransformer(
  input: Input<"GetTransformer">,
  context: LogsContext,
): Promise<Output<"GetTransformer">> {
  const { key, value } = await requireGroup(context, input.logGroupIdentifier);
  const found = await transformersIn(context.dependencies.state).get("", policyKey(value.id));
  if (found === undefined) throw noTransformer();
  const { account, region } = context.call;
  return {
    logGroupIdentifier: logGroupArn(account, region, key),
    creationTime: found.value.createdAt,
    lastModifiedTime: found.value.modifiedAt,
    transformerConfig: [...found.value.config],
  };
}

const noTransformer = () =>
  modelled(ResourceNotFoundException, "The specified log group does not have a transformer.");

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteTransformer.html */
export async function deleteTransformer(
  input: Input<"DeleteTransformer">,
  context: LogsContext,
): Promise<Output<"DeleteTransformer">> {
  const { value } = await requireGroup(context, input.logGroupIdentifier);
  const deleted = await transformersIn(context.dependencies.state).delete("", policyKey(value.id));
  context.ingestRules.forget(value.id);
  if (!deleted) throw noTransformer();
  return {};
}

/**
 * An event that cannot be transformed is answered as it came.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TestTransformer.html
 */
export function testTransformer(
  input: Input<"TestTransformer">,
  context: LogsContext,
): Output<"TestTransformer"> {
  const transform = compile(input.transformerConfig);
  const { account, region } = context.call;
  const origin = { logGroupName: "", logStreamName: "", account, region };
  return {
    transformedLogs: input.logEventMessages.map((eventMessage, index) => {
      const outcome = transform(eventMessage, origin);
      const transformedEventMessage = outcome.kind === "transformed" ? outcome.text : eventMessage;
      return { eventNumber: index + 1, eventMessage, transformedEventMessage };
    }),
  };
}
