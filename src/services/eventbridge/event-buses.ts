// Event buses: create, describe, list, update and delete.
import {
  LimitExceededException,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
} from "@aws-sdk/client-eventbridge";
import type * as Sdk from "@aws-sdk/client-eventbridge";
import { busArnOf, defaultBusName } from "../../core/events/event-bus.ts";
import { eventLimits } from "../../core/events/limits.ts";
import type { Document } from "../../storage/state.ts";
import type { InputOf, OutputOf } from "../../wire/handlers.ts";
import { modelled, notImplemented } from "../../wire/service.ts";
import type { EventBridgeContext } from "./context.ts";
import { validationError } from "./errors.ts";
import { busesOf, changeBus, ensureDefaultBus, requireBus, scopeOf, type StoredBus } from "./stored-buses.ts";
import { tagsOf } from "./tags.ts";

type Input<Name extends string> = InputOf<typeof Sdk, Name>;
type Output<Name extends string> = OutputOf<typeof Sdk, Name>;

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html */
export async function createEventBus(
  input: Input<"CreateEventBus">,
  context: EventBridgeContext,
): Promise<Output<"CreateEventBus">> {
  const { Name: name, EventSourceName: eventSource, Description: description } = input;
  if (eventSource !== undefined) {
    throw modelled(ResourceNotFoundException, `Event source ${eventSource} does not exist.`);
  }
  if (name.includes("/")) throw validationError("Event bus name must not contain '/'.");
  refuseUnsupported(input);
  await ensureDefaultBus(context);
  const buses = busesOf(context);
  const scope = scopeOf(context);
  if ((await buses.count(scope)) > eventLimits.customBuses) {
    throw modelled(LimitExceededException, "The requested resource exceeds the maximum number allowed.");
  }
  const { now } = context.call;
  const bus = {
    tags: tagsOf({}, input.Tags ?? []),
    createdAt: now,
    modifiedAt: now,
    ...(description === undefined ? {} : { description }),
    ...deadLetterOf(input.DeadLetterConfig?.Arn),
  };
  if (!(await buses.create(scope, name, bus))) {
    throw modelled(ResourceAlreadyExistsException, `Event bus ${name} already exists.`);
  }
  return { EventBusArn: arnOf(context, name), ...settingsOf(bus) };
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeEventBus.html */
export async function describeEventBus(
  input: Input<"DescribeEventBus">,
  context: EventBridgeContext,
): Promise<Output<"DescribeEventBus">> {
  const bus = await requireBus(context, input.Name);
  return { ...summaryOf(context, bus), ...settingsOf(bus.value) };
}

/** By name. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListEventBuses.html */
export async function listEventBuses(
  input: Input<"ListEventBuses">,
  context: EventBridgeContext,
): Promise<Output<"ListEventBuses">> {
  const limit = input.Limit ?? eventLimits.busesPerPage;
  const after = input.NextToken === undefined ? undefined : nameOf(input.NextToken);
  await ensureDefaultBus(context);
  const found = await busesOf(context).list(scopeOf(context), {
    limit: limit + 1,
    ...(input.NamePrefix === undefined ? {} : { prefix: input.NamePrefix }),
    ...(after === undefined ? {} : { after: { key: after } }),
  });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    EventBuses: page.map((bus) => summaryOf(context, bus)),
    ...(found.length > limit && last !== undefined ? { NextToken: tokenOf(last.key) } : {}),
  };
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_UpdateEventBus.html */
export async function updateEventBus(
  input: Input<"UpdateEventBus">,
  context: EventBridgeContext,
): Promise<Output<"UpdateEventBus">> {
  refuseUnsupported(input);
  const { Description: description, DeadLetterConfig: deadLetter } = input;
  const bus = await changeBus(context, input.Name, ({ deadLetterArn, ...before }) => ({
    ...before,
    ...(description === undefined ? {} : { description }),
    ...deadLetterOf(deadLetter === undefined ? deadLetterArn : deadLetter.Arn),
  }));
  return { Arn: arnOf(context, bus.key), Name: bus.key, ...settingsOf(bus.value) };
}

/**
 * Deleting a bus that is not there succeeds, as with AWS.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteEventBus.html
 */
export async function deleteEventBus(
  input: Input<"DeleteEventBus">,
  context: EventBridgeContext,
): Promise<object> {
  if (input.Name === defaultBusName) throw validationError("Cannot delete event bus default.");
  await busesOf(context).delete(scopeOf(context), input.Name);
  return {};
}

/** A configuration without a queue takes away the one that there was. */
function deadLetterOf(deadLetterArn: string | undefined): Pick<StoredBus, "deadLetterArn"> {
  return deadLetterArn === undefined ? {} : { deadLetterArn };
}

/** Encryption with a key of KMS and the bus's own logs would be promises that nobody keeps. */
function refuseUnsupported({ KmsKeyIdentifier, LogConfig }: Input<"UpdateEventBus">): void {
  if (KmsKeyIdentifier !== undefined && KmsKeyIdentifier !== "") {
    throw notImplemented("Groundwatch does not support KmsKeyIdentifier of event buses.");
  }
  if (LogConfig !== undefined && (LogConfig.Level ?? "OFF") !== "OFF") {
    throw notImplemented("Groundwatch does not support LogConfig of event buses.");
  }
}

function arnOf({ call }: EventBridgeContext, name: string): string {
  return busArnOf(call.account, call.region, name);
}

function summaryOf(context: EventBridgeContext, { key, value }: Document<StoredBus>): Sdk.EventBus {
  const { description, policy } = value;
  return {
    Name: key,
    Arn: arnOf(context, key),
    CreationTime: new Date(value.createdAt),
    LastModifiedTime: new Date(value.modifiedAt),
    ...(description === undefined ? {} : { Description: description }),
    ...(policy === undefined ? {} : { Policy: JSON.stringify(policy) }),
  };
}

/** What Create, Describe and Update answer alike. */
function settingsOf({ description, deadLetterArn }: StoredBus) {
  return {
    ...(description === undefined ? {} : { Description: description }),
    ...(deadLetterArn === undefined ? {} : { DeadLetterConfig: { Arn: deadLetterArn } }),
  };
}

const tokenPrefix = "bus:";

function tokenOf(name: string): string {
  return Buffer.from(`${tokenPrefix}${name}`).toString("base64url");
}

function nameOf(token: string): string {
  const text = Buffer.from(token, "base64url").toString();
  if (!text.startsWith(tokenPrefix)) throw validationError("The NextToken is not valid.");
  return text.slice(tokenPrefix.length);
}
