// Random inputs and outputs of every operation, through the official clients and back, in every protocol.
import { describe, expect, test } from "vitest";
import { factsOf } from "../../src/wire/service-facts.ts";
import type { Operation } from "../../src/wire/shapes.ts";
import { awsServices } from "./aws-services.ts";
import { comparable, numberKindsOnly, startLoopback } from "./loopback.ts";
import { randomSource } from "./random-values.ts";

const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));

/** What each operation is tried with, besides once with every member absent that may be. */
const repetitions = 3;

const cases = awsServices.flatMap((service) =>
  factsOf(service.name).protocols.map((protocol) => ({ ...service, protocol })),
);

/** The two operations that answer with a stream of events have tests of their own. */
function isStream(operation: Operation): boolean {
  return operation.output.members.some(({ shape }) => shape.kind === "union" && shape.streaming);
}

describe.each(cases)(`$name over $protocol (SEED=${seed})`, ({ name, sdk, client, limits, protocol }) => {
  const loopback = startLoopback(name, sdk, client, numberKindsOnly(limits), protocol);
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
