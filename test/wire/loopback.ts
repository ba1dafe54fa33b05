// An official client whose requests go straight to an App in this process, with one handler for everything.
import { Readable } from "node:stream";
import { AwsQueryProtocol, AwsSmithyRpcV2CborProtocol } from "@aws-sdk/core/protocols";
import { HttpResponse } from "@smithy/core/protocols";
import { createApp } from "../../src/wire/serve.ts";
import type { App } from "../../src/wire/serve.ts";
import { defineService, modelled } from "../../src/wire/service.ts";
import type { Service } from "../../src/wire/service.ts";
import type { Limits } from "../../src/wire/limits.ts";
import type { WireRequest } from "../../src/wire/request.ts";
import type { Constraint, ErrorShape, ProtocolName, ServiceModel, Shape } from "../../src/wire/shapes.ts";

type Values = Record<string, unknown>;

export interface Loopback {
  readonly model: ServiceModel;
  readonly protocol: ProtocolName;
  readonly app: App;
  /** Sends `input`; the handler returns `output`. Gives what each side saw. */
  call(operation: string, input: Values, output: Values): Promise<{ input: Values; output: Values }>;
  /** The error that the client throws when the handler throws the named one. */
  fail(error: string, message: string, members: Values): Promise<Error>;
  /** Under awsQuery and beside it clients find an error by its code, which is not always its own. */
  errorNameAtClient(shape: ErrorShape): string;
}

interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

interface Client {
  send(command: unknown): Promise<Values>;
}

export function startLoopback(
  name: string,
  sdk: object,
  clientClass: new (config: never) => unknown,
  limits: Limits,
  protocol: ProtocolName,
): Loopback {
  let handler: (input: Values) => Values = () => ({});
  let seen: Values = {};
  const operations = Object.keys(sdk).filter((key) => key.endsWith("Command") && key !== "$Command");
  const handlers = Object.fromEntries(
    operations.map((key) => [key.slice(0, -"Command".length), (input: Values) => handler((seen = input))]),
  );
  const service = defineService({
    name,
    sdk,
    limits,
    handlers: handlers as never,
    contextOf: (call) => call,
  });
  const app = testApp([service]);
  const client = new clientClass(clientConfig(app, protocol) as never) as Client;
  const send = (operation: string, input: Values) => {
    const command = Reflect.get(sdk, `${operation}Command`) as new (input: Values) => unknown;
    return client.send(new command(input));
  };
  return {
    model: service.model,
    protocol,
    app,
    async call(operation, input, output) {
      handler = () => output;
      const answer = await send(operation, input);
      delete answer["$metadata"];
      return { input: seen, output: answer };
    },
    async fail(error, message, members) {
      handler = () => {
        throw modelled(Reflect.get(sdk, error) as never, message, members as never);
      };
      return send(withoutRequirements(service.model), {}).then(
        () => new Error("the call did not fail"),
        (thrown: Error) => thrown,
      );
    },
    errorNameAtClient: ({ name: own, queryCode }) =>
      service.model.queryCompatible && service.model.errors.has(queryCode) ? queryCode : own,
  };
}

function withoutRequirements(model: ServiceModel): string {
  for (const { name, input } of model.operations.values()) {
    if (input.members.every((member) => !member.required)) return name;
  }
  throw new Error(`every operation of ${model.name} requires something`);
}

/** An app that believes everybody and throws what it did not expect. */
export function testApp(services: readonly Service[]): App {
  return createApp({
    services,
    authenticate: () => ({
      region: "eu-west-1",
      principal: {
        account: "000000000000",
        accessKeyId: "key",
        arn: "arn:aws:iam::000000000000:root",
        userName: undefined,
      },
    }),
    now: () => 1_700_000_000_000,
    stopwatch: () => 0,
    newRequestId: () => "request",
    record: () => undefined,
    translateError: () => undefined,
    onUnexpectedError: (error) => {
      throw error;
    },
    strictOutputs: true,
  });
}

/** Configures any of the six clients to speak to the app without a socket. */
export function clientConfig(app: App, protocol: ProtocolName) {
  return {
    region: "eu-west-1",
    endpoint: "http://127.0.0.1:4600",
    credentials: { accessKeyId: "key", secretAccessKey: "secret" },
    disableHostPrefix: true,
    disableRequestCompression: true,
    // SQS's client checks digests, which random answers have not, and sends to the queue's address.
    md5: false,
    useQueueUrlAsEndpoint: false,
    maxAttempts: 1,
    ...(protocol === "awsQuery" && { protocol: AwsQueryProtocol }),
    ...(protocol === "rpcv2Cbor" && { protocol: AwsSmithyRpcV2CborProtocol }),
    requestHandler: { handle: async (request: HttpRequest) => ({ response: await answer(app, request) }) },
  };
}

async function answer(app: App, request: HttpRequest): Promise<HttpResponse> {
  const { status, headers, body } = await app.handle(toWire(request));
  const whole = typeof body === "string" || body instanceof Uint8Array;
  const looped = whole ? Buffer.from(body) : Readable.from(body);
  return new HttpResponse({ statusCode: status, headers: { ...headers }, body: looped });
}

function toWire(request: HttpRequest): WireRequest {
  const query = Object.entries(request.query ?? {}).flatMap(([name, value]) =>
    [value].flat().map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(one ?? "")}`),
  );
  const { body } = request;
  return {
    method: request.method,
    url: request.path + (query.length > 0 ? `?${query.join("&")}` : ""),
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([key, value]) => [key.toLowerCase(), value]),
    ),
    body:
      typeof body === "object"
        ? new Uint8Array(body.buffer, body.byteOffset, body.byteLength)
        : Buffer.from(body ?? ""),
    sourceAddress: "127.0.0.1",
  };
}

/** Limits that tell doubles from integers and refuse nothing, for values that are random. */
export function numberKindsOnly(limits: Limits): Limits {
  const kind = ({ number, items, keys }: Constraint): Constraint => ({
    ...(number && { number }),
    ...(items && { items: kind(items) }),
    ...(keys && { keys: kind(keys) }),
  });
  return new Map([...limits].map(([name, constraint]) => [name, kind(constraint)]));
}

/** A value with what the protocols may leave out or write differently made the same on both sides. */
export function comparable(value: unknown, shape: Shape): unknown {
  if (value === undefined || value === null) return undefined;
  switch (shape.kind) {
    case "structure":
    case "union":
      return Object.fromEntries(
        shape.members
          .map((member) => [member.name, comparable((value as Values)[member.name], member.shape)] as const)
          .filter(([, content]) => content !== undefined),
      );
    case "list":
      return (value as unknown[]).map((item) => comparable(item, shape.item.shape));
    case "map":
      return Object.fromEntries(
        Object.entries(value as Values).map(([key, item]) => [key, comparable(item, shape.value.shape)]),
      );
    case "string":
      // Members of media type JSON are String objects at the client.
      return Array.from(value as string).join("");
    case "blob":
      return [...(value as Uint8Array)].join(" ");
    case "timestamp":
      return (value as Date).toISOString();
    default:
      return value;
  }
}
