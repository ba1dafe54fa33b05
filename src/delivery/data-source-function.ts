// Calls functions that connect other data sources, in the Lambda that is configured.
import type { CallDataSource, DataSourceCall, DataSourceReply } from "../storage/data-source-function.ts";
import { wordsOf } from "./outcome.ts";
import type { ServiceEndpoint, ServiceEndpoints } from "./service-endpoints.ts";
import { AnswerError } from "./post.ts";
import { sendToService } from "./signed-request.ts";

/** What is larger is not an answer: the limit of a Lambda function's own answers, too. */
const maximumAnswerBytes = 6 * 1_024 * 1_024;
/** Calls that are under way; others wait for their turn, which counts as time that they take. */
const maximumCallsAtOnce = 64;
const maximumWaiting = 2_000;

/**
 * Functions are called at once and their answer is awaited.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export function createDataSourceCaller({ lambda }: ServiceEndpoints): CallDataSource {
  const turns = createTurns();
  return async (call) => {
    if (lambda === undefined) return { kind: "unconfigured" };
    const timeout = AbortSignal.timeout(call.timeoutMs);
    const signal = AbortSignal.any([call.signal, timeout]);
    const turn = await turns.take(signal);
    if (turn === "full") return failed("TooManyRequests", "Too many functions are called at the same time.");
    try {
      if (turn === "taken") return answerOf(await invoke(lambda, { ...call, signal }));
    } catch (error) {
      if (!signal.aborted) return failureOf(error);
    } finally {
      if (turn === "taken") turns.give();
    }
    call.signal.throwIfAborted();
    return failed("Timeout", `The function did not answer within ${call.timeoutMs / 1_000} seconds.`);
  };
}

function invoke(
  endpoint: ServiceEndpoint,
  { functionName, region, event, now, signal }: DataSourceCall,
): Promise<string> {
  return sendToService(endpoint, {
    service: "lambda",
    region,
    path: `/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`,
    headers: { "content-type": "application/json", "x-amz-invocation-type": "RequestResponse" },
    body: event,
    now,
    signal,
  });
}

function answerOf(body: string): DataSourceReply {
  if (Buffer.byteLength(body) < maximumAnswerBytes) return { kind: "answered", body };
  return failed("ResponseTooLarge", "The answer of the function must be smaller than 6 MB.");
}

function failureOf(error: unknown): DataSourceReply {
  if (!(error instanceof AnswerError)) return failed("Unreachable", wordsOf(error));
  return failed(error.status === 403 ? "Forbidden" : "InvocationFailed", wordsOf(error));
}

const failed = (code: string, problem: string): DataSourceReply => ({ kind: "failed", code, problem });

/** Who waits is woken in the order of arrival, and gives up when its signal is aborted. */
function createTurns() {
  const waiting = new Set<() => void>();
  let taken = 0;
  return {
    async take(signal: AbortSignal): Promise<"taken" | "full" | "aborted"> {
      if (taken < maximumCallsAtOnce) {
        taken++;
        return "taken";
      }
      if (signal.aborted) return "aborted";
      if (waiting.size >= maximumWaiting) return "full";
      return new Promise((resolve) => {
        const wake = () => resolve("taken");
        waiting.add(wake);
        const stopWaiting = () => waiting.delete(wake) && resolve("aborted");
        signal.addEventListener("abort", stopWaiting, { once: true });
      });
    },
    /** Hands the turn on to who waits longest. */
    give(): void {
      const [next] = waiting;
      if (next === undefined) taken--;
      else {
        waiting.delete(next);
        next();
      }
    },
  };
}
