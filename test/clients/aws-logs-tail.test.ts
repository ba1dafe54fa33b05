// What `aws logs tail --follow` asks, request by request, so that it is tested where the AWS CLI is not.
// test/clients/debian runs the program itself.
import { type CloudWatchLogs, type FilterLogEventsCommandInput } from "@aws-sdk/client-cloudwatch-logs";
import { expect, test } from "vitest";
import { withLogsServer } from "../support/logs-server.ts";
import { newLogGroup } from "../support/log-groups.ts";
import type { TestServer } from "../support/server.ts";

let server: TestServer;
let logs: CloudWatchLogs;

withLogsServer((started) => ({ server, logs } = started));

/** Pages follow their tokens; then it begins again at the newest time, and leaves out what it printed. */
class Tail {
  #input: FilterLogEventsCommandInput;
  #printedAtNewest = new Set<string>();
  readonly pages: number[] = [];

  constructor(input: FilterLogEventsCommandInput) {
    this.#input = { ...input, interleaved: true };
  }

  /** All pages up to one without a token. */
  async poll(): Promise<readonly string[]> {
    const printed: string[] = [];
    let newest = this.#input.startTime ?? 0;
    for (let nextToken: string | undefined; ;) {
      const page = await logs.filterLogEvents({ ...this.#input, nextToken });
      this.pages.push(page.events?.length ?? 0);
      for (const { eventId = "", timestamp = 0, message = "" } of page.events ?? []) {
        if (timestamp > newest) this.#printedAtNewest.clear();
        newest = Math.max(newest, timestamp);
        if (this.#printedAtNewest.has(eventId)) continue;
        this.#printedAtNewest.add(eventId);
        printed.push(message);
      }
      nextToken = page.nextToken;
      if (nextToken === undefined) break;
    }
    this.#input = { ...this.#input, startTime: newest };
    return printed;
  }
}

test("each event is printed once, whichever stream it is of and whenever it comes", async () => {
  const { logGroupName, put } = await newLogGroup(server, logs, ["one", "other"]);
  await put([
    [-600_001, "too old"],
    [-20, "first"],
  ]);
  await put([[-10, "second"]], "other");
  const tail = new Tail({ logGroupName, startTime: server.clock.now() - 600_000 });
  expect(await tail.poll()).toEqual(["first", "second"]);
  expect(await tail.poll()).toEqual([]);
  // At the very time of the newest that was printed, in both streams.
  await put([[-10, "third"]], "other");
  await put([
    [-10, "fourth"],
    [-5, "fifth"],
  ]);
  expect(await tail.poll()).toEqual(["third", "fourth", "fifth"]);
  await server.advance(5_000);
  await put([[0, "sixth"]]);
  expect(await tail.poll()).toEqual(["sixth"]);
  expect(await tail.poll()).toEqual([]);
});

test("it goes on through pages that are full, with events that come meanwhile", async () => {
  const { logGroupName, put } = await newLogGroup(server, logs);
  const batch = (from: number): [number, string][] =>
    Array.from({ length: 6_000 }, (_, index) => [-1_000, `line ${from + index} ${"x".repeat(100)}`]);
  await put(batch(0));
  await put(batch(6_000));
  const tail = new Tail({ logGroupName, startTime: server.clock.now() - 600_000 });
  const printed = [...(await tail.poll())];
  expect(tail.pages.filter((events) => events > 0).length).toBeGreaterThan(1);
  await put(batch(12_000));
  printed.push(...(await tail.poll()));
  const numbers = printed.map((line) => Number(line.split(" ")[1]));
  expect(numbers).toEqual(Array.from({ length: 18_000 }, (_, index) => index));
});

test("a filter pattern, names of streams and a prefix narrow it", async () => {
  const { logGroupName, put } = await newLogGroup(server, logs, ["web-1", "web-2", "worker"]);
  const startTime = server.clock.now() - 600_000;
  const tails = [
    new Tail({ logGroupName, startTime, filterPattern: "ERROR" }),
    new Tail({ logGroupName, startTime, logStreamNames: ["web-2", "worker"] }),
    new Tail({ logGroupName, startTime, logStreamNamePrefix: "web-", filterPattern: "?ERROR ?WARN" }),
  ];
  const poll = () => Promise.all(tails.map((tail) => tail.poll()));
  expect(await poll()).toEqual([[], [], []]);
  for (const stream of ["web-1", "web-2", "worker"]) {
    await put([[-1, `ERROR of ${stream}`]], stream);
    await put([[0, `WARN of ${stream}`]], stream);
  }
  expect(await poll()).toEqual([
    ["ERROR of web-1", "ERROR of web-2", "ERROR of worker"],
    ["ERROR of web-2", "ERROR of worker", "WARN of web-2", "WARN of worker"],
    ["ERROR of web-1", "ERROR of web-2", "WARN of web-1", "WARN of web-2"],
  ]);
  expect(await poll()).toEqual([[], [], []]);
});
