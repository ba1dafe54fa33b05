// The CloudWatch Logs API: groups, streams, events, tags, filter patterns and live tail.
import * as sdk from "@aws-sdk/client-cloudwatch-logs";
import { defineService, type Service } from "../../wire/service.ts";
import type { Dependencies } from "../dependencies.ts";
import type { LogsContext } from "./context.ts";
import { EventDeletions } from "./event-deletions.ts";
import { filterLogEvents } from "./filter-log-events.ts";
import { testMetricFilter } from "./filter-patterns.ts";
import { limitations } from "./limitations.ts";
import { limits } from "./limits.ts";
import { describeLogGroups, listLogGroups } from "./log-group-listings.ts";
import { startLiveTail } from "./live-tail.ts";
import { getLogGroupFields, getLogRecord } from "./log-records.ts";
import { getLogEvents, putLogEvents } from "./log-events.ts";
import {
  createLogGroup,
  deleteLogGroup,
  deleteRetentionPolicy,
  putLogGroupDeletionProtection,
  putRetentionPolicy,
} from "./log-groups.ts";
import { createLogStream, deleteLogStream, describeLogStreams } from "./log-streams.ts";
import { describeQueries, getQueryResults, listLogGroupsForQuery, startQuery, stopQuery } from "./queries.ts";
import { deleteQueryDefinition, describeQueryDefinitions, putQueryDefinition } from "./query-definitions.ts";
import { QueryRuns } from "./query-runs.ts";
import { StreamActivity } from "./stream-activity.ts";
import { RetentionMoves } from "./retention-moves.ts";
import { createStreamDirectory } from "./stream-directory.ts";
import {
  listTagsForResource,
  listTagsLogGroup,
  tagLogGroup,
  tagResource,
  untagLogGroup,
  untagResource,
} from "./tags.ts";

export function createLogsService(dependencies: Dependencies): Service {
  const { state, telemetry, clock, facts } = dependencies;
  const streams = createStreamDirectory(state);
  const activity = new StreamActivity(state, telemetry, clock);
  const deletions = new EventDeletions(state, telemetry, clock);
  const retentionMoves = new RetentionMoves(state, telemetry, clock);
  const queries = new QueryRuns(state, telemetry, dependencies.blobs, clock);
  facts.listen("WorldReset", () => {
    streams.forget();
    activity.forget();
  });
  return defineService<typeof sdk, LogsContext>({
    name: "cloudwatch-logs",
    sdk,
    limits,
    handlers: {
      CreateLogGroup: createLogGroup,
      CreateLogStream: createLogStream,
      DeleteLogGroup: deleteLogGroup,
      DeleteLogStream: deleteLogStream,
      DeleteQueryDefinition: deleteQueryDefinition,
      DeleteRetentionPolicy: deleteRetentionPolicy,
      DescribeLogGroups: describeLogGroups,
      DescribeLogStreams: describeLogStreams,
      DescribeQueries: describeQueries,
      DescribeQueryDefinitions: describeQueryDefinitions,
      FilterLogEvents: filterLogEvents,
      GetLogEvents: getLogEvents,
      GetLogGroupFields: getLogGroupFields,
      GetLogRecord: getLogRecord,
      GetQueryResults: getQueryResults,
      ListLogGroupsForQuery: listLogGroupsForQuery,
      ListLogGroups: listLogGroups,
      ListTagsForResource: listTagsForResource,
      ListTagsLogGroup: listTagsLogGroup,
      PutLogEvents: putLogEvents,
      PutLogGroupDeletionProtection: putLogGroupDeletionProtection,
      PutQueryDefinition: putQueryDefinition,
      PutRetentionPolicy: putRetentionPolicy,
      StartLiveTail: startLiveTail,
      StartQuery: startQuery,
      StopQuery: stopQuery,
      TagLogGroup: tagLogGroup,
      TagResource: tagResource,
      TestMetricFilter: testMetricFilter,
      UntagLogGroup: untagLogGroup,
      UntagResource: untagResource,
    },
    limitations,
    contextOf: (call) => ({ call, dependencies, streams, activity, retentionMoves, deletions, queries }),
  });
}
