// The client of Groundwatch's own service: the clock, the reset, and what AWS has no API for.
import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import type { OperationInput, OperationName, OperationOutput } from "../services/groundwatch/schema-types.ts";
import { readEvents, type StreamFailure } from "./event-stream.ts";

export interface GroundwatchClientOptions {
  /** Like `http://127.0.0.1:4600`. */
  readonly endpoint: string;
  /** us-east-1 unless given; together with the account of the credentials it is the world that is listed. */
  readonly region?: string;
  /** Under `--auth off` any will do; an access key id of 12 digits is the account. */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/** An error that the server answered; `name` is its code, such as `OperationDisabledException`. */
export class GroundwatchServiceError extends Error {
  readonly status: number;
  readonly requestId: string | undefined;
  constructor(name: string, message: string, status: number, requestId: string | undefined) {
    super(message);
    this.name = name;
    this.status = status;
    this.requestId = requestId;
  }
}

type StreamedEvents = OperationOutput<"StreamQueryResults">["Results"];

/** `Rows`, `Progress`, `Histogram` or `End`, one of them. */
export type QueryEvent = StreamedEvents extends AsyncIterable<infer Event> ? Event : never;

const anyCredentials = { accessKeyId: "groundwatch", secretAccessKey: "groundwatch" };

/**
 * One method per operation; inputs and answers are typed by the service's own schema, instants are epoch
 * ms.
 */
export class GroundwatchClient {
  readonly #endpoint: URL;
  readonly #signer: SignatureV4;

  constructor({ endpoint, region = "us-east-1", credentials = anyCredentials }: GroundwatchClientOptions) {
    this.#endpoint = new URL(endpoint);
    this.#signer = new SignatureV4({ service: "groundwatch", region, credentials, sha256: Sha256 });
  }

  getClock(): Promise<OperationOutput<"GetClock">> {
    return this.#call("GetClock", {});
  }

  /** Resolves when everything that has become due has run. */
  advanceClock(input: OperationInput<"AdvanceClock">): Promise<OperationOutput<"AdvanceClock">> {
    return this.#call("AdvanceClock", input);
  }

  /** Erases everything in every account and region. */
  reset(): Promise<OperationOutput<"Reset">> {
    return this.#call("Reset", {});
  }

  /** The events of a bus in the order of their arrival. */
  listEvents(input: OperationInput<"ListEvents"> = {}): Promise<OperationOutput<"ListEvents">> {
    return this.#call("ListEvents", input);
  }

  /** Management and data calls, newest first. */
  listApiCalls(input: OperationInput<"ListApiCalls"> = {}): Promise<OperationOutput<"ListApiCalls">> {
    return this.#call("ListApiCalls", input);
  }

  /** When an alarm, or one that is not there yet, would have changed its state. */
  backtestAlarm(input: OperationInput<"BacktestAlarm">): Promise<OperationOutput<"BacktestAlarm">> {
    return this.#call("BacktestAlarm", input);
  }

  /** Why an alarm is, or was, in its state: what it saw, which rule decided, what followed. */
  explainAlarm(input: OperationInput<"ExplainAlarm">): Promise<OperationOutput<"ExplainAlarm">> {
    return this.#call("ExplainAlarm", input);
  }

  /** Attempts to deliver notifications, newest first. */
  listDeliveryAttempts(
    input: OperationInput<"ListDeliveryAttempts"> = {},
  ): Promise<OperationOutput<"ListDeliveryAttempts">> {
    return this.#call("ListDeliveryAttempts", input);
  }

  /** What a query that StartQuery has started, and that is complete, has cost the engine. */
  getQueryCost(input: OperationInput<"GetQueryCost">): Promise<OperationOutput<"GetQueryCost">> {
    return this.#call("GetQueryCost", input);
  }

  /** How many events of a query match, over time. */
  getQueryHistogram(
    input: OperationInput<"GetQueryHistogram">,
  ): Promise<OperationOutput<"GetQueryHistogram">> {
    return this.#call("GetQueryHistogram", input);
  }

  /**
   * The rows of a query as they are found, and at last the event `End`. The server reads on as the loop does;
   * leaving the loop, or the signal, ends a query that was given with its text.
   */
  async *streamQueryResults(
    input: OperationInput<"StreamQueryResults">,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<QueryEvent> {
    const response = await this.#send("StreamQueryResults", input, signal);
    if (response.body === null) return;
    const requestId = response.headers.get("x-amzn-requestid") ?? undefined;
    const failed = ({ code, message }: StreamFailure) =>
      new GroundwatchServiceError(code, message, response.status, requestId);
    for await (const event of readEvents(response.body, failed)) yield event as QueryEvent;
  }

  getServerStatus(): Promise<OperationOutput<"GetServerStatus">> {
    return this.#call("GetServerStatus", {});
  }

  createAccessKey(
    input: OperationInput<"CreateAccessKey"> = {},
  ): Promise<OperationOutput<"CreateAccessKey">> {
    return this.#call("CreateAccessKey", input);
  }

  listAccessKeys(): Promise<OperationOutput<"ListAccessKeys">> {
    return this.#call("ListAccessKeys", {});
  }

  deleteAccessKey(input: OperationInput<"DeleteAccessKey">): Promise<OperationOutput<"DeleteAccessKey">> {
    return this.#call("DeleteAccessKey", input);
  }

  /** A key that encrypts log groups. */
  createKey(input: OperationInput<"CreateKey"> = {}): Promise<OperationOutput<"CreateKey">> {
    return this.#call("CreateKey", input);
  }

  listKeys(input: OperationInput<"ListKeys"> = {}): Promise<OperationOutput<"ListKeys">> {
    return this.#call("ListKeys", input);
  }

  describeKey(input: OperationInput<"DescribeKey">): Promise<OperationOutput<"DescribeKey">> {
    return this.#call("DescribeKey", input);
  }

  enableKey(input: OperationInput<"EnableKey">): Promise<OperationOutput<"EnableKey">> {
    return this.#call("EnableKey", input);
  }

  /** What the key has encrypted cannot be read until it is enabled again. */
  disableKey(input: OperationInput<"DisableKey">): Promise<OperationOutput<"DisableKey">> {
    return this.#call("DisableKey", input);
  }

  rotateKeyOnDemand(
    input: OperationInput<"RotateKeyOnDemand">,
  ): Promise<OperationOutput<"RotateKeyOnDemand">> {
    return this.#call("RotateKeyOnDemand", input);
  }

  /** When the key is gone, what it has encrypted is lost for good. */
  scheduleKeyDeletion(
    input: OperationInput<"ScheduleKeyDeletion">,
  ): Promise<OperationOutput<"ScheduleKeyDeletion">> {
    return this.#call("ScheduleKeyDeletion", input);
  }

  cancelKeyDeletion(
    input: OperationInput<"CancelKeyDeletion">,
  ): Promise<OperationOutput<"CancelKeyDeletion">> {
    return this.#call("CancelKeyDeletion", input);
  }

  async #call<Name extends OperationName>(
    name: Name,
    input: OperationInput<Name>,
  ): Promise<OperationOutput<Name>> {
    return (await (await this.#send(name, input)).json()) as OperationOutput<Name>;
  }

  /** @throws GroundwatchServiceError */
  async #send<Name extends OperationName>(
    name: Name,
    input: OperationInput<Name>,
    signal?: AbortSignal,
  ): Promise<Response> {
    const { hostname, protocol, host } = this.#endpoint;
    const body = JSON.stringify(input);
    const signed = await this.#signer.sign({
      method: "POST",
      protocol,
      hostname,
      path: "/",
      headers: {
        host,
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": `Groundwatch_20261101.${name}`,
      },
      body,
    });
    const { host: _sentByFetch, ...headers } = signed.headers;
    const aborting = signal === undefined ? {} : { signal };
    const response = await fetch(this.#endpoint, { method: "POST", headers, body, ...aborting });
    if (response.ok) return response;
    const answer = (await response.json()) as Record<string, unknown>;
    const requestId = response.headers.get("x-amzn-requestid") ?? undefined;
    const code = textOf(answer["__type"]) ?? "UnknownError";
    throw new GroundwatchServiceError(code, textOf(answer["message"]) ?? code, response.status, requestId);
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The form in which the signer wants SHA-256. */
class Sha256 {
  readonly #hash: { update(data: Uint8Array): unknown; digest(): Buffer };

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", bytesOf(secret));
  }

  update(chunk: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(chunk));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): void {
    throw new Error("a signature is made of one digest each");
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === "string") return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
