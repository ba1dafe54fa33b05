// Random inputs and outputs of every operation, through the official clients and back, in every protocol.
import * as cloudtrail from "@aws-sdk/client-cloudtrail";
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as eventbridge from "@aws-sdk/client-eventbridge";
import * as schemas from "@aws-sdk/client-schemas";
import * as xray from "@aws-sdk/client-xray";
import { describe, expect, test } from "vitest";
import { limits as cloudtrailLimits } from "../../src/services/cloudtrail/limits.ts";
import { limits as logsLimits } from "../../src/services/cloudwatch-logs/limits.ts";
import { limits as cloudwatchLimits } from "../../src/services/cloudwatch/limits.ts";
import { limits as eventbridgeLimits } from "../../src/services/eventbridge/limits.ts";
import { limits as schemasLimits } from "../../src/services/schemas/limits.ts";
import { limits as xrayLimits } from "../../src/services/xray/limits.ts";
import type { Operation, ProtocolName } from "../../src/wire/shapes.ts";
import { comparable, numberKindsOnly, startLoopback } from "./loopback.ts";
import type { Loopback } from "./loopback.ts";
import { randomSource } from "./random-values.ts";

const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));

/** What each operation is tried with, besides once with every member absent that may be. */
const repetitions = 3;

const services: readonly (readonly [name: string, loopback: () => Loopback])[] = [
  ["cloudwatch over awsJson1.0", () => cloudWatchOver("awsJson1.0")],
  ["cloudwatch over awsQuery", () => cloudWatchOver("awsQuery")],
  ["cloudwatch over rpcv2Cbor", () => cloudWatchOver("rpcv2Cbor")],
  [
    "cloudwatch-logs",
    () => startLoopback("cloudwatch-logs", logs, logs.CloudWatchLogsClient, numberKindsOnly(logsLimits)),
  ],
  [
    "eventbridge",
    () =>
      startLoopback(
        "eventbridge",
        eventbridge,
        eventbridge.EventBridgeClient,
        numberKindsOnly(eventbridgeLimits),
      ),
  ],
  ["schemas", () => startLoopback("schemas", schemas, schemas.SchemasClient, numberKindsOnly(schemasLimits))],
  ["xray", () => startLoopback("xray", xray, xray.XRayClient, numberKindsOnly(xrayLimits))],
  [
    "cloudtrail",
    () =>
      startLoopback("cloudtrail", cloudtrail, cloudtrail.CloudTrailClient, numberKindsOnly(cloudtrailLimits)),
  ],
];

function cloudWatchOver(protocol: ProtocolName): Loopback {
  return startLoopback(
    "cloudwatch",
    cloudwatch,
    cloudwatch.CloudWatchClient,
    numberKindsOnly(cloudwatchLimits),
    protocol,
  );
}

/** The two operations that answer with a stream of events have tests of their own. */
function isStream(operation: Operation): boolean {
  return operation.output.members.some(({ shape }) => shape.kind === "union" && shape.streaming);
}

describe.each(services)(`%s (SEED=${seed})`, (_, start) => {
  const loopback = start();
  const random = randomSource(seed, loopback.protocol);

  test("inputs arrive as they were sent, outputs as they were returned", async () => {
    for (const operation of loopback.model.operations.values()) {
      if (isStream(operation)) continue;
      for (let repetition = 0; repetition <= repetitions; repetition++) {
        const density = repetition / repetitions;
        const input = random.input(operation.input, density);
        const output = random.output(operation.output, density);
        const seen = await loopback.call(operation.name, input, output);
        const label = `${operation.name}, repetition ${repetition}`;
        expect(comparable(seen.input, operation.input), `${label}: input`).toEqual(
          comparable(input, operation.input),
        );
        expect(comparable(seen.output, operation.output), `${label}: output`).toEqual(
          comparable(output, operation.output),
        );
      }
    }
  });

  test("modelled errors keep their name, message and members", async () => {
    for (const shape of loopback.model.errors.values()) {
      const members = random.output(shape.structure, 1);
      delete members[shape.messageMember];
      const error = await loopback.fail(shape.name, 'It went <wrong> & "so" on.', members);
      expect(error.name).toBe(loopback.errorNameAtClient(shape));
      expect(error.message).toBe('It went <wrong> & "so" on.');
      expect(comparable(pick(error, Object.keys(members)), shape.structure)).toEqual(
        comparable(members, shape.structure),
      );
    }
  });
});

function pick(error: object, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, Reflect.get(error, name)]));
}
