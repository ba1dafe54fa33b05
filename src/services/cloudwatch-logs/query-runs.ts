// Running queries of Logs Insights: a few at a time, each with its results kept for a week.
import { randomUUID } from "node:crypto";
import { compileInsightsQuery } from "../../core/insights/compile-query.ts";
import type { QueryLanguage } from "../../core/insights/query-languages.ts";
import type { Query } from "../../core/insights/query-tree.ts";
import type { QueryScope } from "../../core/insights/scope.ts";
import type { Clock } from "../../core/clock.ts";
import { KeyUnavailableError } from "../../storage/encryption/key-errors.ts";
import type { Collection } from "../../storage/state.ts";
import type { Telemetry } from "../../storage/telemetry.ts";
import type { Dependencies } from "../dependencies.ts";
import {
  answerQuery,
  noStatistics,
  type QueryAnswer,
  type ResultRow,
  type RunStatistics,
} from "./query-answers.ts";
import type { LogQueryCost } from "../log-query-reader.ts";
import { meterQuery } from "./query-costs.ts";
import { queryLimits } from "./query-limits.ts";
import { createQueryNodes, type QueryNodes, type RunProgress } from "./query-nodes.ts";
import { problemOf, statusOf } from "./query-problems.ts";
import { createQueryResults, type QueryResults } from "./query-results.ts";

export type RunStatus = "Scheduled" | "Running" | "Complete" | "Failed" | "Cancelled" | "Timeout";

/** A query as it is stored; its rank is when it was started. Instants are epoch milliseconds. */
export interface StoredRun {
  readonly queryString: string;
  /** Logs Insights QL when undefined. */
  readonly queryLanguage?: QueryLanguage;
  readonly logGroupNames: readonly string[];
  readonly userIdentity: string;
  /** The key that seals its results. */
  readonly resultKeyArn?: string;
  readonly status: RunStatus;
  readonly startedAt: number;
  readonly durationMs?: number;
  /** Why it failed. */
  readonly problem?: string;
  readonly statistics: RunStatistics;
  /** The span of time and the most rows; both ends belong to it. */
  readonly from?: number;
  readonly to?: number;
  readonly limit?: number;
  /** Of one that has ended. */
  readonly cost?: LogQueryCost;
}

export type DescribedRun = Pick<
  StoredRun,
  "queryString" | "queryLanguage" | "logGroupNames" | "userIdentity" | "resultKeyArn"
>;

type QueryParts = Pick<Dependencies, "state" | "telemetry" | "blobs" | "clock" | "logEncryption">;

/** How often a query that another node runs is looked at, by who waits for its end. */
const askAgainMs = 1_000;

interface ActiveRun {
  readonly scope: string;
  readonly controller: AbortController;
  status: RunProgress["status"];
  /** What was found so far. */
  partial: QueryAnswer | undefined;
  statistics: RunStatistics;
  /** That the other nodes see it. */
  partialKept: Promise<void>;
  readonly ended: Promise<void>;
}

export class QueryRuns {
  readonly #telemetry: Telemetry;
  readonly #clock: Clock;
  readonly #results: QueryResults;
  readonly #nodes: QueryNodes;
  readonly #isShared: boolean;
  readonly runs: Collection<StoredRun>;
  readonly #active = new Map<string, ActiveRun>();
  readonly #waiting: (() => void)[] = [];
  /** By scope, how many queries run outside of these runs, or are about to begin. */
  readonly #places = new Map<string, number>();
  #working = 0;

  constructor({ state, telemetry, blobs, clock, logEncryption }: QueryParts) {
    this.runs = state.collection<StoredRun>("log-queries");
    this.#telemetry = telemetry;
    this.#clock = clock;
    this.#results = createQueryResults(blobs, logEncryption.keyring);
    this.#nodes = createQueryNodes(state, clock);
    this.#isShared = state.node !== undefined;
  }

  /**
   * Counts a query of a scope until the answer is called. Undefined when so many run or wait already, on all
   * nodes together, as may.
   */
  async place(scope: string): Promise<(() => void) | undefined> {
    const leave = this.#count(scope);
    // Who asks meanwhile counts this one as well, so that there are never too many.
    const others = await this.#nodes.elsewhere(scope).catch((error: unknown) => {
      leave();
      throw error;
    });
    if (others + this.#activeIn(scope) <= queryLimits.concurrentQueries) return leave;
    leave();
    return undefined;
  }

  /** Counts a query that is run outside of these runs, until the answer is called. */
  host(scope: string): () => void {
    const leave = this.#count(scope);
    const id = `hosted-${randomUUID()}`;
    const progress = () => ({ status: "Running", statistics: noStatistics }) as const;
    const begun = this.#nodes.begin(id, { scope, stop: () => undefined, progress });
    begun.catch(() => undefined); // it is counted here all the same
    const end = () => this.#nodes.end(id, scope);
    return () => {
      leave();
      // What cannot be deleted is not counted any more after the length of a lease.
      void begun.then(end, end).catch(() => undefined);
    };
  }

  #activeIn(scope: string): number {
    const runs = [...this.#active.values()].filter((run) => run.scope === scope).length;
    return runs + (this.#places.get(scope) ?? 0);
  }

  #count(scope: string): () => void {
    this.#places.set(scope, (this.#places.get(scope) ?? 0) + 1);
    return () => {
      const others = (this.#places.get(scope) ?? 1) - 1;
      if (others === 0) this.#places.delete(scope);
      else this.#places.set(scope, others);
    };
  }

  /**
   * Stores the query and lets it run behind the answer.
   * @throws InsightsQueryError
   */
  async start(
    scope: string,
    queryId: string,
    query: Query,
    queryScope: QueryScope,
    described: DescribedRun,
  ): Promise<void> {
    compileInsightsQuery(query, queryScope);
    await this.#deleteExpired(scope);
    const startedAt = this.#clock.now();
    const { from, to, limit } = queryScope;
    const span = { from, to, limit };
    const stored: StoredRun = {
      ...described,
      ...span,
      status: "Running",
      startedAt,
      statistics: noStatistics,
    };
    const controller = new AbortController();
    // It is active before others can find it, so that nobody takes it for one that has died.
    const stop = () => controller.abort();
    const progress = () => this.#active.get(queryId) ?? { status: "Scheduled", statistics: noStatistics };
    const noted = this.#nodes
      .begin(queryId, { scope, stop, progress })
      .then(() => this.runs.put(scope, queryId, stored, startedAt));
    const ended = noted.then(() => this.#run(scope, queryId, stored, query, queryScope, controller.signal));
    this.#active.set(queryId, {
      scope,
      controller,
      status: "Scheduled",
      partial: undefined,
      statistics: noStatistics,
      partialKept: Promise.resolve(),
      ended,
    });
    const leave = () => this.#leave(scope, queryId);
    void ended.then(leave, leave);
    await noted;
  }

  /**
   * False when the query has ended already. It is cancelled when this resolves, but for one that another node
   * runs: that node is asked to stop it.
   */
  async stop(scope: string, queryId: string): Promise<boolean> {
    const active = this.#active.get(queryId);
    if (active === undefined) return this.#nodes.stop(scope, queryId);
    active.controller.abort();
    await active.ended;
    return true;
  }

  /** How the query has ended, when it has; as it is when the signal is aborted before that. */
  async finished(scope: string, queryId: string, signal?: AbortSignal): Promise<StoredRun> {
    for (;;) {
      await this.#active.get(queryId)?.ended;
      const run = await this.find(scope, queryId);
      if (run === undefined) throw new Error(`the query ${queryId} is not known`);
      const isUnderWay = run.status === "Running" || run.status === "Scheduled";
      if (!isUnderWay || signal?.aborted === true) return run;
      // Another node runs it.
      await new Promise<void>((resolve) => this.#clock.schedule(this.#clock.now() + askAgainMs, resolve));
    }
  }

  /** Undefined for a query that is unknown, or was started more than a week ago. */
  async find(scope: string, queryId: string): Promise<StoredRun | undefined> {
    const found = await this.runs.get(scope, queryId);
    if (found === undefined || found.value.startedAt < this.#clock.now() - queryLimits.keptMs)
      return undefined;
    return this.present(scope, queryId, found.value);
  }

  /**
   * A query that is stored as running and that no node runs has died with its process, or has ended since it
   * was read.
   */
  async present(scope: string, queryId: string, run: StoredRun): Promise<StoredRun> {
    if (run.status !== "Running") return run;
    const active = this.#active.get(queryId) ?? (await this.#nodes.find(scope, queryId));
    if (active !== undefined) {
      return { ...run, status: active.status, statistics: active.statistics };
    }
    const later = (await this.runs.get(scope, queryId))?.value ?? run;
    if (later.status !== "Running") return later;
    return { ...later, status: "Failed", problem: "The server ended before it." };
  }

  /**
   * All rows of a query that has ended, and those found so far of one that has not.
   * @throws KeyUnavailableError
   */
  async results(scope: string, queryId: string, status: RunStatus): Promise<readonly ResultRow[]> {
    const isPartial = status === "Scheduled" || status === "Running";
    const active = this.#active.get(queryId);
    if (isPartial && active !== undefined) return active.partial?.rows ?? [];
    return (await this.#results.get({ scope, queryId, isPartial })) ?? [];
  }

  async #run(
    scope: string,
    queryId: string,
    stored: StoredRun,
    query: Query,
    queryScope: QueryScope,
    signal: AbortSignal,
  ): Promise<void> {
    let ended: StoredRun;
    const meter = meterQuery(this.#telemetry);
    const release = await this.turn(signal);
    try {
      const active = this.#active.get(queryId);
      if (active !== undefined) active.status = "Running";
      const { rows, statistics, read } = await answerQuery(meter.telemetry, query, queryScope, {
        signal,
        onPartial: (partial) => {
          if (active === undefined) return;
          active.partial = partial;
          active.statistics = partial.statistics;
          if (this.#isShared) active.partialKept = this.#keepPartial(scope, queryId, stored, partial.rows);
        },
        onProgress: (sofar) => {
          if (active !== undefined) active.statistics = grown(active.statistics, sofar);
        },
      });
      await this.#results.put({ scope, queryId, isPartial: false }, rows, stored.resultKeyArn);
      ended = { ...stored, status: "Complete", statistics, cost: await meter.cost(read) };
    } catch (error) {
      const active = this.#active.get(queryId);
      const { statistics } = active ?? { statistics: noStatistics };
      const { rows } = active?.partial ?? { rows: [] };
      if (rows.length > 0 && !(error instanceof KeyUnavailableError)) {
        const kept = this.#results.put({ scope, queryId, isPartial: false }, rows, stored.resultKeyArn);
        await kept.catch(() => undefined); // why the query has ended is told all the same
      }
      ended = { ...stored, status: statusOf(error), problem: problemOf(error), statistics };
    } finally {
      release();
    }
    await this.runs.put(
      scope,
      queryId,
      { ...ended, durationMs: this.#clock.now() - stored.startedAt },
      stored.startedAt,
    );
  }

  /** How the query has ended is stored. */
  async #leave(scope: string, queryId: string): Promise<void> {
    const active = this.#active.get(queryId);
    this.#active.delete(queryId);
    await active?.partialKept;
    // What is left when the state cannot be reached goes with the results, after a week.
    await this.#forgetProgress(scope, queryId).catch(() => undefined);
  }

  async #forgetProgress(scope: string, queryId: string): Promise<void> {
    if (!this.#isShared) return;
    await this.#nodes.end(queryId, scope);
    await this.#results.delete({ scope, queryId, isPartial: true });
  }

  /** Without them the other nodes show none, and the query goes on. */
  async #keepPartial(
    scope: string,
    queryId: string,
    { resultKeyArn }: StoredRun,
    rows: readonly ResultRow[],
  ): Promise<void> {
    const kept = this.#results.put({ scope, queryId, isPartial: true }, rows, resultKeyArn);
    await kept.catch(() => undefined);
  }

  /**
   * Waits until the engine may work on one query more; a query that is cancelled meanwhile goes on at once.
   */
  turn(signal: AbortSignal): Promise<() => void> {
    const release = () => {
      this.#working -= 1;
      this.#waiting.shift()?.();
    };
    return new Promise((resolve) => {
      const begin = () => {
        signal.removeEventListener("abort", giveUp);
        this.#working += 1;
        resolve(release);
      };
      const giveUp = () => {
        const position = this.#waiting.indexOf(begin);
        if (position >= 0) this.#waiting.splice(position, 1);
        resolve(() => undefined);
      };
      if (this.#working < queryLimits.runningQueries) {
        begin();
        return;
      }
      signal.addEventListener("abort", giveUp, { once: true });
      this.#waiting.push(begin);
    });
  }

  async #deleteExpired(scope: string): Promise<void> {
    const expired = await this.runs.list(scope, {
      order: "rank",
      maxRank: this.#clock.now() - queryLimits.keptMs,
      limit: queryLimits.expiredPerStart,
    });
    for (const { key } of expired) {
      await this.#results.delete({ scope, queryId: key, isPartial: false });
      await this.#forgetProgress(scope, key);
      await this.runs.delete(scope, key);
    }
  }
}

/** What has been counted once is not taken back while the whole is being read. */
function grown(
  before: RunStatistics,
  sofar: Pick<RunStatistics, "recordsScanned" | "bytesScanned">,
): RunStatistics {
  return sofar.recordsScanned > before.recordsScanned ? { ...before, ...sofar } : before;
}
