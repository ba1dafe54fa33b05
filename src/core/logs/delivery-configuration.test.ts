// Configurations of deliveries: which are refused, and why.
import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { deliveryProblem } from "./delivery-configuration.ts";

const paths = fc.record(
  { suffixPath: fc.string(), enableHiveCompatiblePath: fc.boolean() },
  { requiredKeys: [] },
);

describe("the configuration of a delivery", () => {
  test.prop([paths])("may have no paths where there is no bucket", (given) => {
    const isEmpty = Object.keys(given).length === 0;
    expect(deliveryProblem(false, given) === undefined).toBe(isEmpty);
  });

  test.prop([paths])("names the keys of Hive once", (given) => {
    const isTwice = given.enableHiveCompatiblePath === true && (given.suffixPath ?? "").includes("=");
    expect(deliveryProblem(true, given)).toBe(isTwice ? "Provided suffixPath is invalid" : undefined);
  });

  test("may say nothing", () => {
    expect(deliveryProblem(false, undefined)).toBeUndefined();
    expect(deliveryProblem(true, undefined)).toBeUndefined();
  });
});
