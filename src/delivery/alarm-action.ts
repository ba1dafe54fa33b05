// Performs the action of an alarm: asks a service, posts to an address, runs a command.
import { actionRequest } from "../core/alarms/actions/action-request.ts";
import { actionTargetOf } from "../core/alarms/actions/action-arn.ts";
import { alarmFactsOf, type PerformedAction } from "../core/alarms/actions/alarm-facts.ts";
import type { ActionWay, FindActionWay } from "./action-targets.ts";
import { runLocalCommand } from "./local-command.ts";
import { arrived, failed, refused, wordsOf, type DeliveryOutcome } from "./outcome.ts";
import type { ServiceEndpoint, ServiceEndpoints } from "./service-endpoints.ts";
import { AnswerError, post } from "./post.ts";
import { sendToService } from "./signed-request.ts";

export interface ActionAttempt {
  readonly action: PerformedAction;
  /** A UUID, the same for every attempt. */
  readonly id: string;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly signal: AbortSignal;
}

export interface AttemptedAction {
  /** Where it went: an address or a command. */
  readonly place: string;
  readonly outcome: DeliveryOutcome;
}

/** Never rejects: what goes wrong is an outcome. */
export type PerformAction = (attempt: ActionAttempt) => Promise<AttemptedAction>;

/**
 * The ways that are configured for actions; functions are invoked in the Lambda of `--service-endpoints` if
 * there is no other.
 */
export function createActionPerformer(findWay: FindActionWay, endpoints: ServiceEndpoints): PerformAction {
  return async (attempt) => {
    const { actionArn } = attempt.action;
    const service = actionTargetOf(actionArn)?.service;
    const way = findWay(actionArn) ?? (service === "lambda" ? lambdaOf(endpoints) : undefined);
    if (way === undefined) {
      const detail = `No target is configured for ${actionArn}: name one in the file of --action-targets`;
      return { place: actionArn, outcome: refused(detail) };
    }
    return { place: placeOf(way), outcome: await go(way, attempt).catch(unforeseen) };
  };
}

/** Like a name that no environment can hold: what cannot be sent as it is never can. */
const unforeseen = (error: unknown) => refused(wordsOf(error));

function lambdaOf({ lambda }: ServiceEndpoints): ActionWay | undefined {
  return lambda && { kind: "endpoint", endpoint: lambda };
}

function placeOf(way: ActionWay): string {
  switch (way.kind) {
    case "endpoint":
      return way.endpoint.url;
    case "webhook":
      return way.url.replace(/^(https?:\/\/)[^/@]*@/, "$1****@");
    case "command":
      return way.words.join(" ");
  }
}

function go(way: ActionWay, attempt: ActionAttempt): Promise<DeliveryOutcome> {
  switch (way.kind) {
    case "endpoint":
      return askService(way.endpoint, attempt);
    case "webhook":
      return postEvent(way, attempt);
    case "command":
      return runCommand(way, attempt);
  }
}

async function askService(endpoint: ServiceEndpoint, attempt: ActionAttempt): Promise<DeliveryOutcome> {
  const { action, id, now, signal } = attempt;
  const request = actionRequest({ action, id });
  if (typeof request === "string") return refused(request);
  return answered(sendToService(endpoint, { ...request, now, signal }));
}

async function postEvent(
  { url, headers }: ActionWay & { readonly kind: "webhook" },
  { action, id, signal }: ActionAttempt,
): Promise<DeliveryOutcome> {
  const own = {
    "content-type": "application/json",
    "x-groundwatch-action": action.actionArn,
    "x-groundwatch-message-id": id,
  };
  const { address, authorization } = withoutUser(url);
  return answered(post(address, { ...own, ...authorization, ...headers }, action.body, signal));
}

/** A user and password in the address are said in a header: `fetch` refuses them. */
function withoutUser(url: string) {
  const address = new URL(url);
  const { username, password } = address;
  if (username === "") return { address: url, authorization: {} };
  address.username = "";
  address.password = "";
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    address: address.href,
    authorization: { authorization: `Basic ${Buffer.from(pair).toString("base64")}` },
  };
}

/** Throttled calls have the status of wrong ones in some of AWS's services. */
const throttled = /Throttl|TooManyRequests|RequestLimitExceeded|ScalingActivityInProgress/;

async function answered(sending: Promise<string>): Promise<DeliveryOutcome> {
  try {
    await sending;
    return arrived("it was taken");
  } catch (error) {
    const words = wordsOf(error);
    const isLasting =
      error instanceof AnswerError && error.status < 500 && ![408, 429].includes(error.status);
    return isLasting && !throttled.test(words) ? refused(words) : failed(words);
  }
}

async function runCommand(
  { words, timeoutMs }: ActionWay & { readonly kind: "command" },
  { action, id, signal }: ActionAttempt,
): Promise<DeliveryOutcome> {
  const { instanceId } = alarmFactsOf(action);
  const environment = {
    GROUNDWATCH_ACTION: action.actionArn,
    GROUNDWATCH_ALARM: action.alarmName,
    GROUNDWATCH_STATE: action.state,
    GROUNDWATCH_MESSAGE_ID: id,
    ...(instanceId === undefined ? {} : { GROUNDWATCH_INSTANCE_ID: instanceId }),
  };
  const { succeeded, detail } = await runLocalCommand({
    words,
    input: action.body,
    environment,
    timeoutMs,
    signal,
  });
  return succeeded ? arrived(detail) : failed(detail);
}
