// What does not compile: the assertions are the @ts-expect-error lines, which the type check enforces.
import type * as cloudtrail from "@aws-sdk/client-cloudtrail";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import { expect, expectTypeOf, test } from "vitest";
import type { Handlers, InputOf, OperationNames, OutputOf } from "../../src/wire/handlers.ts";
import { limits } from "../../src/services/cloudwatch-logs/limits.ts";
import { defineService, describeOperations, modelled, type Limitations } from "../../src/wire/service.ts";

type Logs = typeof logs;

test("operations, inputs and outputs are the SDK's", () => {
  expectTypeOf<"PutLogEvents">().toExtend<OperationNames<Logs>>();
  expectTypeOf<"PutLogEvent">().not.toExtend<OperationNames<Logs>>();
  expectTypeOf<InputOf<Logs, "PutLogEvents">["logGroupName"]>().toEqualTypeOf<string>();
  expectTypeOf<InputOf<Logs, "PutLogEvents">["sequenceToken"]>().toEqualTypeOf<string | undefined>();
  expectTypeOf<InputOf<Logs, "PutLogEvents">["logEvents"][number]["timestamp"]>().toEqualTypeOf<number>();
  expectTypeOf<OutputOf<Logs, "PutLogEvents">>().not.toHaveProperty("$metadata");
});

test("handlers that are misspelt or answer what is not theirs do not compile", () => {
  // @ts-expect-error -- no such operation
  const misspelt: Handlers<Logs> = { PutLogEvent: () => ({}) };
  const handlers: Handlers<Logs> = {
    CreateLogGroup(input) {
      // @ts-expect-error -- no such member
      expect(input.groupName).toBeUndefined();
      return {};
    },
    // @ts-expect-error -- a member of the wrong type
    PutLogEvents: () => ({ nextSequenceToken: 5 }),
    // @ts-expect-error -- not the answer of this operation
    DescribeLogGroups: () => ({ logStreams: [] }),
  };
  expect(Object.keys({ ...misspelt, ...handlers })).toHaveLength(4);
});

test("members that an answer requires must be there", () => {
  const handlers: Handlers<typeof cloudtrail> = {
    // @ts-expect-error -- the answer requires QueryStatus as well
    CancelQuery: (input) => ({ QueryId: input.QueryId }),
  };
  expect(Object.keys(handlers)).toHaveLength(1);
});

test("an answer's members are of the SDK's types to the bottom", () => {
  const handlers: Handlers<Logs> = {
    // @ts-expect-error -- a status is one of a few words
    GetScheduledQueryHistory: () => ({ triggerHistory: [{ executionStatus: 7 }] }),
  };
  expect(Object.keys(handlers)).toHaveLength(1);
});

test("exceptions have their own members and no others", () => {
  const error = modelled(logs.InvalidSequenceTokenException, "wrong", { expectedSequenceToken: "1" });
  expect(error).toBeInstanceOf(logs.InvalidSequenceTokenException);
  expect(error.expectedSequenceToken).toBe("1");
  // @ts-expect-error -- no such member
  modelled(logs.InvalidSequenceTokenException, "wrong", { sequenceToken: "1" });
});

test("a definition's handlers are checked where they are written", () => {
  const define = () =>
    defineService({
      name: "cloudwatch-logs",
      sdk: logs,
      limits,
      contextOf: (call) => call,
      // @ts-expect-error -- no such operation
      handlers: { PutLogEvent: () => ({}) },
    });
  expect(define).toThrow("no operation PutLogEvent");
});

test("a handler that no operation has fails the boot, and operations without one are listed", () => {
  const define = (handlers: object) =>
    defineService({ name: "cloudwatch-logs", sdk: logs, limits, handlers, contextOf: (call) => call });
  expect(() => define({ PutLogEvent: () => ({}) })).toThrow(
    "cloudwatch-logs has a handler but no operation PutLogEvent",
  );
  const service = define({ PutLogEvents: () => ({}) });
  expect(service.unhandled).toHaveLength(117);
  expect(service.unhandled).not.toContain("PutLogEvents");
  const handled = describeOperations([service]).filter((operation) => operation.handled);
  expect(handled).toMatchObject([{ service: "cloudwatch-logs", operation: "PutLogEvents", limitations: [] }]);
});

test("what a served operation does not do is told with it, and of no other operation", () => {
  const define = (limitations: Limitations<Logs>) =>
    defineService({
      name: "cloudwatch-logs",
      sdk: logs,
      limits,
      handlers: { PutLogEvents: () => ({}) },
      limitations,
      contextOf: (call) => call,
    });
  const told = describeOperations([define({ PutLogEvents: ["no entity"] })]);
  expect(told.filter(({ limitations }) => limitations.length > 0)).toEqual([
    { service: "cloudwatch-logs", operation: "PutLogEvents", handled: true, limitations: ["no entity"] },
  ]);
  expect(() => define({ GetLogEvents: ["no order"] })).toThrow(
    "has a limitation but no handler of GetLogEvents",
  );
});
