// Pauses between attempts: AWS's table, and policies of a subscription's own.
import { expect, test } from "vitest";
import {
  httpRetryPolicy,
  pauseMs,
  problemOfRetryPolicy,
  retryPolicies,
  type RetryPolicy,
} from "./retry-policy.ts";

function pausesOf(policy: RetryPolicy, most = 1_000): readonly number[] {
  const pauses: number[] = [];
  for (let attempts = 1; attempts <= most; attempts++) {
    const pause = pauseMs(policy, attempts);
    if (pause === undefined) break;
    pauses.push(pause / 1_000);
  }
  return pauses;
}

test("mail servers get 51 attempts within seven hours", () => {
  const pauses = pausesOf(retryPolicies.mail);
  expect(pauses).toHaveLength(50);
  expect(pauses.slice(0, 3)).toEqual([10, 10, 10]);
  expect(pauses.at(-1)).toBe(600);
  expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeLessThan(7 * 3_600);
});

test("queues and functions get three attempts at once, then more slowly, and 100,000 at the end", () => {
  expect(pausesOf(retryPolicies.managed, 17).slice(0, 6)).toEqual([0, 0, 0, 1, 1, 1]);
  expect(pauseMs(retryPolicies.managed, 100_015)).toBe(20_000);
  expect(pauseMs(retryPolicies.managed, 100_016)).toBeUndefined();
});

test("actions of alarms end within 24 hours", () => {
  const total = pausesOf(retryPolicies.action).reduce((sum, pause) => sum + pause, 0);
  expect(total).toBeGreaterThan(23 * 3_600);
  expect(total).toBeLessThan(24 * 3_600);
});

test("addresses get three more attempts, 20 seconds apart, or what their policy says", () => {
  expect(pausesOf(httpRetryPolicy(undefined))).toEqual([20, 20, 20]);
  const healthyRetryPolicy = {
    minDelayTarget: 1,
    maxDelayTarget: 9,
    numRetries: 6,
    numNoDelayRetries: 1,
    numMinDelayRetries: 1,
    numMaxDelayRetries: 1,
    backoffFunction: "linear",
  };
  expect(pausesOf(httpRetryPolicy(JSON.stringify({ healthyRetryPolicy })))).toEqual([0, 1, 1, 5, 9, 9]);
  const http = { defaultHealthyRetryPolicy: { numRetries: 0 } };
  expect(pausesOf(httpRetryPolicy(JSON.stringify({ http })))).toEqual([]);
});

test.each([
  ["no json", "failed to parse JSON"],
  ['{"healthyRetryPolicy":{"numRetries":101}}', "from 0 to 100"],
  ['{"healthyRetryPolicy":{"numRetries":1,"numNoDelayRetries":2}}', "at least the sum"],
  ['{"healthyRetryPolicy":{"minDelayTarget":30}}', "delay targets"],
  ['{"healthyRetryPolicy":{"backoffFunction":"random"}}', "backoffFunction"],
  ['{"healthyRetryPolicy":{"numRetries":100,"minDelayTarget":37,"maxDelayTarget":37}}', "at most 3600"],
])("%s is refused", (policy, problem) => {
  expect(problemOfRetryPolicy(policy)).toContain(problem);
});
