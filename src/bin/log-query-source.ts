// Runs the queries of log alarms as a caller of CloudWatch Logs would: starts them and fetches the results.
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../core/clock.ts";
import type { LogQueryRow } from "../core/alarms/log-alarm.ts";
import type { AlarmWorld } from "../storage/alarms.ts";
import type { LogQueryAnswer, LogQueryQuestion, LogQuerySource } from "../storage/log-query-source.ts";
import type { CallContext } from "../wire/request.ts";
import type { Service } from "../wire/service.ts";

/** Between looks at a query that runs; it is given up after so many. */
const looks = { firstMs: 5, longestMs: 250, most: 240 } as const;
const maximumRows = 10_000;

/** `service` gives CloudWatch Logs, once there is one. */
export function createLogQuerySource(service: () => Service | undefined, clock: Clock): LogQuerySource {
  return async (question) => {
    const logs = service();
    if (logs === undefined) return { problem: "CloudWatch Logs has not started yet." };
    try {
      return await run(logs, question);
    } catch (error) {
      if (error instanceof Error && "$fault" in error) return { problem: error.message };
      throw error;
    }
  };

  async function run(logs: Service, question: LogQueryQuestion): Promise<LogQueryAnswer> {
    const { world, queryString, logGroupIdentifiers, from, to, limit = maximumRows } = question;
    const call = (operation: string, input: Readonly<Record<string, unknown>>) => {
      const handler = logs.handlers.get(operation);
      if (handler === undefined) throw new Error(`${logs.model.name} does not handle ${operation}`);
      return handler(input, contextOf(operation, world));
    };
    const started = await call("StartQuery", {
      queryString,
      logGroupIdentifiers: [...logGroupIdentifiers],
      startTime: from,
      endTime: to - 1,
      limit,
    });
    for (let look = 0; look < looks.most; look++) {
      const found = await call("GetQueryResults", { queryId: started["queryId"] });
      const { status } = found;
      if (status === "Complete") return { rows: rowsOf(found["results"]) };
      if (status !== "Running" && status !== "Scheduled")
        return { problem: `The query ended as ${String(status)}.` };
      await delay(Math.min(looks.longestMs, looks.firstMs * (look + 1)));
    }
    return { problem: "The query takes too long." };
  }

  function contextOf(operation: string, { account, region }: AlarmWorld): CallContext {
    const arn = `arn:aws:iam::${account}:root`;
    return {
      operation,
      account,
      region,
      principal: { account, accessKeyId: account, arn, userName: undefined },
      now: clock.now(),
      requestId: randomUUID(),
      sourceAddress: "127.0.0.1",
      userAgent: "cloudwatch.amazonaws.com",
      isSecure: true,
      signal: new AbortController().signal,
    };
  }
}

function rowsOf(results: unknown): readonly LogQueryRow[] {
  if (!Array.isArray(results)) return [];
  return results.map((row: unknown) => (Array.isArray(row) ? row.flatMap(fieldOf) : []));
}

function fieldOf(one: unknown): readonly (readonly [string, string])[] {
  if (typeof one !== "object" || one === null || !("field" in one) || !("value" in one)) return [];
  return [[String(one.field), String(one.value)]];
}
