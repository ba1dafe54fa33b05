// What clients are told when the stores fail.
import { expect, test } from "vitest";
import { StateError } from "../storage/state/state-error.ts";
import { TelemetryError } from "../storage/telemetry.ts";
import { translateStorageError } from "./storage-errors.ts";

test("a full disk names the folder, whichever store found it full", () => {
  for (const error of [new TelemetryError("DiskFull", "x"), new StateError("DiskFull", "y")]) {
    const answer = translateStorageError(error, "/var/data");
    expect(answer).toMatchObject({ name: "ServiceUnavailableException", options: { status: 503 } });
    expect(answer?.message).toContain("/var/data is full");
  }
});

test("what passes by itself is throttling, which clients repeat", () => {
  expect(translateStorageError(new TelemetryError("Overloaded", "x"), "")).toMatchObject({
    name: "ThrottlingException",
    options: { status: 400 },
  });
});

test("a mistake of ours and errors of others stay unexpected", () => {
  expect(translateStorageError(new TelemetryError("InvalidQuery", "secret SQL"), "")).toBeUndefined();
  expect(translateStorageError(new StateError("NewerFormat", "x"), "")).toBeUndefined();
  expect(translateStorageError(new Error("x"), "")).toBeUndefined();
});
