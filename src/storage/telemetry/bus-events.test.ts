// Events of a bus are read back in the order of their arrival, in pages.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { appendBusEvents, readBusEvents, type StoredBusEvent } from "./bus-events.ts";
import { openTelemetry } from "./open.ts";

const now = Date.now();

const event = (number: number, bus = "orders") => ({
  bus,
  eventId: `e-${number}`,
  timestamp: now - 86_400_000,
  source: "shop",
  detailType: "order",
  resources: [`r-${number}`],
  event: JSON.stringify({ number }),
});

test("pages of one bus, by arrival, and none of another bus or world", async () => {
  const folder = await mkdtemp(join(tmpdir(), "groundwatch-bus-events-"));
  const telemetry = openTelemetry({ folder });
  onTestFinished(async () => {
    await telemetry.close();
    await rm(folder, { recursive: true });
  });
  const numbers = Array.from({ length: 25 }, (_, index) => index);
  await appendBusEvents(
    telemetry,
    1,
    numbers.slice(0, 20).map((number) => event(number)),
    now,
  );
  await appendBusEvents(
    telemetry,
    1,
    numbers.slice(20).map((number) => event(number)),
    now + 5,
  );
  await appendBusEvents(telemetry, 1, [event(100, "default")], now);
  await appendBusEvents(telemetry, 2, [event(101)], now);

  const range = { world: 1, bus: "orders", from: now - 1, to: now + 10 };
  const found: StoredBusEvent[] = [];
  for (const limit = 7; ;) {
    const after = found.at(-1);
    const page = await readBusEvents(telemetry, {
      ...range,
      limit,
      ...(after === undefined ? {} : { after }),
    });
    found.push(...page);
    if (page.length < limit) break;
  }
  expect(found.map(({ eventId }) => eventId)).toEqual(numbers.map((number) => `e-${number}`));
  expect(found[0]).toEqual({
    eventId: "e-0",
    event: '{"number":0}',
    receivedAt: now,
    sequence: expect.stringMatching(/^\d+$/),
  });
  const late = await readBusEvents(telemetry, { ...range, from: now + 1, limit: 100 });
  expect(late).toHaveLength(5);
  expect(await readBusEvents(telemetry, { ...range, to: now - 1, limit: 100 })).toEqual([]);
});
