// When a delivery that failed is tried again: phases of attempts, each with its pauses.

interface Phase {
  readonly attempts: number;
  /** Before the first and the last of them; those between grow by `growth`. */
  readonly firstSeconds: number;
  readonly lastSeconds: number;
  readonly growth: Growth;
}

export type Growth = "linear" | "arithmetic" | "geometric" | "exponential";

/** The phases of the attempts after the first one. */
export type RetryPolicy = readonly Phase[];

const flat = (attempts: number, seconds: number): Phase => {
  return { attempts, firstSeconds: seconds, lastSeconds: seconds, growth: "linear" };
};
const growing = (attempts: number, firstSeconds: number, lastSeconds: number): Phase => {
  return { attempts, firstSeconds, lastSeconds, growth: "exponential" };
};

/** https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html */
export const retryPolicies = {
  /** Queues and functions: 23 days in all. */
  managed: [flat(3, 0), flat(2, 1), growing(10, 1, 20), flat(100_000, 20)],
  /** Mail servers: six hours in all. */
  mail: [flat(2, 10), growing(10, 10, 600), flat(38, 600)],
  http: [flat(3, 20)],
  /** Actions of alarms: 24 hours in all, as EventBridge does it. */
  action: [growing(12, 1, 600), flat(140, 600)],
} as const satisfies Readonly<Record<string, RetryPolicy>>;

/**
 * The pause before the next attempt in milliseconds, when `attempts` have failed; undefined when that was the
 * last one.
 */
export function pauseMs(policy: RetryPolicy, attempts: number): number | undefined {
  let left = attempts - 1;
  for (const phase of policy) {
    if (left < phase.attempts) return Math.round(pauseSeconds(phase, left) * 1_000);
    left -= phase.attempts;
  }
  return undefined;
}

function pauseSeconds({ attempts, firstSeconds, lastSeconds, growth }: Phase, index: number): number {
  const share = attempts === 1 ? 1 : index / (attempts - 1);
  const span = lastSeconds - firstSeconds;
  switch (growth) {
    case "linear":
      return firstSeconds + span * share;
    case "arithmetic":
      return firstSeconds + span * share ** 2;
    case "geometric":
    case "exponential":
      return firstSeconds === 0 ? span * share ** 3 : firstSeconds * (lastSeconds / firstSeconds) ** share;
  }
}

/** AWS's hard limit for addresses, of all their pauses together; no policy has a longer one. */
export const longestPauseMs = 3_600_000;

export interface HealthyRetryPolicy {
  readonly minDelayTarget: number;
  readonly maxDelayTarget: number;
  readonly numRetries: number;
  readonly numNoDelayRetries: number;
  readonly numMinDelayRetries: number;
  readonly numMaxDelayRetries: number;
  readonly backoffFunction: Growth;
}

const defaults: HealthyRetryPolicy = {
  minDelayTarget: 20,
  maxDelayTarget: 20,
  numRetries: 3,
  numNoDelayRetries: 0,
  numMinDelayRetries: 0,
  numMaxDelayRetries: 0,
  backoffFunction: "linear",
};

/** The policy of a DeliveryPolicy, which was accepted; the default one without it. */
export function httpRetryPolicy(deliveryPolicy: string | undefined): RetryPolicy {
  if (deliveryPolicy === undefined || deliveryPolicy === "") return retryPolicies.http;
  const healthy = healthyRetryPolicyOf(deliveryPolicy);
  return healthy === undefined ? retryPolicies.http : phasesOf(healthy);
}

/** The whole of a policy, its defaults included. */
export function effectiveHttpPolicy(deliveryPolicy: string | undefined): HealthyRetryPolicy {
  return healthyRetryPolicyOf(deliveryPolicy ?? "{}") ?? defaults;
}

function phasesOf(healthy: HealthyRetryPolicy): RetryPolicy {
  const { minDelayTarget, maxDelayTarget, numRetries, backoffFunction } = healthy;
  const { numNoDelayRetries, numMinDelayRetries, numMaxDelayRetries } = healthy;
  const backoff = numRetries - numNoDelayRetries - numMinDelayRetries - numMaxDelayRetries;
  return [
    flat(numNoDelayRetries, 0),
    flat(numMinDelayRetries, minDelayTarget),
    { attempts: backoff, firstSeconds: minDelayTarget, lastSeconds: maxDelayTarget, growth: backoffFunction },
    flat(numMaxDelayRetries, maxDelayTarget),
  ];
}

/** @returns what is wrong with a DeliveryPolicy. */
export function problemOfRetryPolicy(deliveryPolicy: string): string | undefined {
  const healthy = healthyRetryPolicyOf(deliveryPolicy);
  if (healthy === undefined) return "failed to parse JSON";
  const { minDelayTarget, maxDelayTarget, numRetries, backoffFunction } = healthy;
  const { numNoDelayRetries, numMinDelayRetries, numMaxDelayRetries } = healthy;
  const counts = [numRetries, numNoDelayRetries, numMinDelayRetries, numMaxDelayRetries];
  if (counts.some((count) => !Number.isInteger(count) || count < 0 || count > 100)) {
    return "numbers of retries must be whole numbers from 0 to 100";
  }
  if (numNoDelayRetries + numMinDelayRetries + numMaxDelayRetries > numRetries) {
    return "numRetries must be at least the sum of the other numbers of retries";
  }
  const isDelay = (seconds: number) => Number.isInteger(seconds) && seconds >= 1 && seconds <= 3_600;
  if (!isDelay(minDelayTarget) || !isDelay(maxDelayTarget) || minDelayTarget > maxDelayTarget) {
    return "delay targets must be from 1 to 3600 seconds, the least at most the largest";
  }
  const isGrowth = ["linear", "arithmetic", "geometric", "exponential"].includes(backoffFunction);
  if (!isGrowth) return "backoffFunction must be linear, arithmetic, geometric or exponential";
  const policy = phasesOf(healthy);
  let totalMs = 0;
  for (let attempts = 1; attempts <= numRetries; attempts++) totalMs += pauseMs(policy, attempts) ?? 0;
  return totalMs <= longestPauseMs ? undefined : "the total retry time must be at most 3600 seconds";
}

/** Of a subscription `{healthyRetryPolicy}`, of a topic `{http: {defaultHealthyRetryPolicy}}`. */
function healthyRetryPolicyOf(deliveryPolicy: string): HealthyRetryPolicy | undefined {
  try {
    const parsed = JSON.parse(deliveryPolicy) as {
      readonly healthyRetryPolicy?: Partial<HealthyRetryPolicy>;
      readonly http?: { readonly defaultHealthyRetryPolicy?: Partial<HealthyRetryPolicy> };
    };
    const given = parsed.healthyRetryPolicy ?? parsed.http?.defaultHealthyRetryPolicy ?? {};
    return { ...defaults, ...given };
  } catch {
    return undefined; // what is no JSON is no policy
  }
}
