// Models: those of the SDK packages, and one of our own in the same form.
import { createRequire } from "node:module";
import { Command } from "@smithy/core/client";
import type {
  MetadataBearer,
  StaticErrorSchema,
  StaticListSchema,
  StaticOperationSchema,
  StaticStructureSchema,
} from "@smithy/types";
import { describe, expect, test } from "vitest";
import { parseLimits } from "./limits.ts";
import { loadModel } from "./model.ts";
import type { WireRequest } from "./request.ts";
import { createRouter } from "./routing.ts";
import { defineService } from "./service.ts";
import { factsOf } from "./service-facts.ts";
import type { ServiceFacts } from "./service-facts.ts";

const require = createRequire(import.meta.url);

interface OfficialClient {
  readonly config: {
    readonly defaultSigningName: string;
    readonly protocolSettings: Readonly<Record<string, unknown>>;
  };
}

type OfficialClientClass = new (config: object) => OfficialClient;

describe.each([
  ["cloudwatch", "CloudWatchClient", 55, 19],
  ["cloudwatch-logs", "CloudWatchLogsClient", 118, 21],
  ["eventbridge", "EventBridgeClient", 57, 13],
  ["schemas", "SchemasClient", 31, 10],
  ["xray", "XRayClient", 38, 10],
  ["cloudtrail", "CloudTrailClient", 60, 86],
])("%s", (name, clientName, operations, errors) => {
  const sdk = require(`@aws-sdk/client-${name}`) as Readonly<Record<string, unknown>>;
  const facts = factsOf(name);

  test("has every operation and error of its package", () => {
    const model = loadModel(sdk, facts, new Map());
    expect([model.operations.size, model.errors.size]).toEqual([operations, errors]);
  });

  test("its facts are those that the official client has", () => {
    const clientClass = sdk[clientName] as OfficialClientClass;
    const { defaultSigningName, protocolSettings } = new clientClass({ region: "eu-west-1" }).config;
    expect(facts.signingName).toBe(defaultSigningName);
    expect(facts.version).toBe(protocolSettings["version"]);
    expect(facts.target).toBe(protocolSettings["serviceTarget"]);
    expect(facts.xmlNamespace).toBe(protocolSettings["xmlNamespace"] ?? "");
    expect(facts.queryCompatible ?? false).toBe(protocolSettings["awsQueryCompatible"] ?? false);
    expect([undefined, protocolSettings["defaultNamespace"]]).toContain(facts.errorNamespace);
  });
});

const namespace = "com.example.kettle";
const BoilRequest$: StaticStructureSchema = [
  3,
  namespace,
  "BoilRequest",
  0,
  ["Name", "At", "Trace", "Cups"],
  [[0, 1], [4, { httpQuery: "at" }], [64, { httpHeader: "X-Trace" }], () => Cups$],
  1,
];
const Cup$: StaticStructureSchema = [3, namespace, "Cup", 0, ["Size"], [1], 1];
const Cups$: StaticListSchema = [1, namespace, "Cups", 0, () => Cup$];
const BoilResponse$: StaticStructureSchema = [
  3,
  namespace,
  "BoilResponse",
  0,
  ["Status", "Heat", "Steam"],
  [
    [1, 32],
    [0, { httpHeader: "X-Heat" }],
    [() => Cup$, 16],
  ],
];
const Boil$: StaticOperationSchema = [
  9,
  namespace,
  "Boil",
  { http: ["POST", "/kettles/{Name+}", 201] },
  () => BoilRequest$,
  () => BoilResponse$,
];
const TooHot$: StaticErrorSchema = [
  -3,
  namespace,
  "TooHot",
  { error: "client", httpError: 418 },
  ["Message"],
  [0],
];

interface BoilInput {
  Name: string | undefined;
  At?: Date | undefined;
  Trace?: string[] | undefined;
  Cups?: { Size: number | undefined }[] | undefined;
}

interface BoilOutput {
  Status?: number | undefined;
  Heat?: string | undefined;
  Steam?: { Size: number | undefined } | undefined;
}

const Builder = Command.classBuilder<BoilInput, BoilOutput & MetadataBearer, never, object, MetadataBearer>();

class BoilCommand extends Builder.sc(Boil$).build() {}

const facts: ServiceFacts = {
  name: "kettle",
  signingName: "kettle",
  target: "Kettle",
  version: "2026-11-21",
  xmlNamespace: "",
  protocols: ["restJson1"],
  validationError: "ValidationException",
};

test("a service of our own: schemas, commands, limits and handlers in one", () => {
  const service = defineService({
    name: "kettle",
    facts,
    sdk: { Boil$, TooHot$, BoilCommand },
    limits: parseLimits("Cup.Size integer 1..3\nBoilRequest.Name ..20"),
    contextOf: (call) => call,
    handlers: {
      Boil: ({ Name, At, Trace, Cups }) => ({
        Status: 202,
        Heat: `${Name} ${At?.toISOString()} ${Trace?.join("+")}`,
        Steam: { Size: Cups?.[0]?.Size ?? 0 },
      }),
    },
  });
  const request: WireRequest = {
    method: "POST",
    url: "/kettles/a%2Fb/c?at=2026-11-21T06%3A00%3A00Z",
    headers: { "x-trace": "1, 2" },
    body: Buffer.from(`{"Cups":[{"Size":2}]}`),
    sourceAddress: "",
  };
  const { protocol, operation } = createRouter([service]).route(request);
  const input = protocol.decode(operation!, request, request.body);
  const output = service.handlers.get("Boil")!(input, {} as never);
  expect(protocol.encode(operation!, output as never, "id")).toEqual({
    status: 202,
    headers: { "content-type": "application/json", "x-heat": "a/b/c 2026-11-21T06:00:00.000Z 1+2" },
    body: `{"Size":2}`,
  });
  const small = Buffer.from(`{"Cups":[{"Size":0}]}`);
  expect(() => protocol.decode(operation!, request, small)).toThrow(
    "Value '0' at 'cups.1.member.size' failed",
  );
  expect(service.model.errors.get("TooHot")).toMatchObject({
    status: 418,
    fault: "client",
    messageMember: "Message",
  });
});

test("a package without operations is none", () => {
  expect(() => loadModel({ BoilCommand }, facts, new Map())).toThrow("kettle exports no operation");
});

test("a service that nobody knows has no facts", () => {
  expect(() => factsOf("kettle")).toThrow("no facts are known of the service kettle");
});
