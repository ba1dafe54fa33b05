// What a call answers whose writes others always overtake.
import { ConflictException } from "@aws-sdk/client-cloudwatch";
import { expect, test } from "vitest";
import { untilWritten } from "./stored-alarms.ts";

test("writes are tried again, and then refused as the operation's page says", async () => {
  let tries = 0;
  await untilWritten(async () => ++tries === 3);
  expect(tries).toBe(3);
  const never = () => Promise.resolve(false);
  await expect(untilWritten(never)).rejects.toMatchObject({ name: "ConcurrentModificationException" });
  await expect(untilWritten(never, ConflictException)).rejects.toMatchObject({ name: "ConflictException" });
});
