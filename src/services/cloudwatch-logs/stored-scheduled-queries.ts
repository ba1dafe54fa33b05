// Scheduled queries in state: one document each, one for when each is due, and one for each time it ran.
import type { ScheduledQueryDestination } from "@aws-sdk/client-cloudwatch-logs";
import type { QueryLanguage } from "../../core/insights/query-languages.ts";
import { nextDueAt, parseScheduleExpression } from "../../core/schedules/schedule-expression.ts";
import type { Collection, State } from "../../storage/state.ts";

/** Instants are epoch milliseconds, offsets seconds as they were given. */
export interface StoredScheduledQuery {
  readonly name: string;
  readonly description?: string;
  readonly queryString: string;
  readonly queryLanguage: QueryLanguage;
  readonly logGroupIdentifiers?: readonly string[];
  readonly scheduleExpression: string;
  readonly timezone: string;
  readonly startTimeOffset: number;
  readonly endTimeOffset: number;
  readonly destinations: Destinations;
  readonly startAt: number;
  readonly endAt?: number;
  readonly state: "ENABLED" | "DISABLED";
  readonly executionRoleArn: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly lastTriggeredAt?: number;
  readonly lastStatus?: ExecutionStatus;
  /** None when undefined. */
  readonly tags?: Readonly<Record<string, string>>;
}

export type ExecutionStatus = "Running" | "InvalidQuery" | "Complete" | "Failed" | "Timeout";

export interface Destinations {
  readonly s3?: { readonly uri: string; readonly roleArn: string };
  readonly lookupTable?: {
    readonly tableName: string;
    readonly roleArn: string;
    readonly description?: string;
    /** The ARN of the key that seals the table. */
    readonly kmsKeyId?: string;
    /** For the table when it is made. */
    readonly tags?: Readonly<Record<string, string>>;
  };
}

/** The rank of a run is when it was due. */
export interface StoredExecution {
  readonly queryId?: string;
  readonly status: ExecutionStatus;
  readonly triggeredAt: number;
  readonly problem?: string;
  readonly destinations: readonly ScheduledQueryDestination[];
}

/** The key is `scope/name`, the rank the instant. */
export interface DueQuery {
  readonly scope: string;
  readonly name: string;
}

export const scheduledQueriesIn = (state: State): Collection<StoredScheduledQuery> =>
  state.collection<StoredScheduledQuery>("log-scheduled-queries");

export const dueQueriesIn = (state: State): Collection<DueQuery> =>
  state.collection<DueQuery>("log-scheduled-queries-due");

export const executionsIn = (state: State): Collection<StoredExecution> =>
  state.collection<StoredExecution>("log-scheduled-query-runs");

export const dueKey = (scope: string, name: string) => `${scope}/${name}`;

export const executionScope = (scope: string, name: string) => `${scope}/${name}`;

/**
 * When the query is due next; undefined for one that is disabled or past its end. One that nobody told when
 * to begin has begun, also when the clock was set back since.
 */
export function nextRunAt(query: StoredScheduledQuery, now: number): number | undefined {
  const expression = parseScheduleExpression(query.scheduleExpression);
  if (query.state === "DISABLED" || expression === undefined) return undefined;
  const startAt = query.startAt === query.createdAt ? Math.min(query.startAt, now) : query.startAt;
  const dueAt = nextDueAt(expression, query.timezone, startAt, now);
  return dueAt === undefined || (query.endAt !== undefined && dueAt > query.endAt) ? undefined : dueAt;
}
