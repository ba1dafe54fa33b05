// The CloudWatch Logs API: groups, streams, events, tags, filter patterns and live tail.
import * as sdk from "@aws-sdk/client-cloudwatch-logs";
import { defineService, type Service } from "../../wire/service.ts";
import type { Dependencies } from "../dependencies.ts";
import type { LogsContext } from "./context.ts";
import { EventDeletions } from "./event-deletions.ts";
import { filterLogEvents } from "./filter-log-events.ts";
import { testMetricFilter } from "./filter-patterns.ts";
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
    limitations: {
      CreateLogGroup: [
        "`kmsKeyId` is refused: there are no keys here",
        "a class is only a label: all reading operations serve groups of every class",
      ],
      DescribeLogGroups: [
        "`metricFilterCount` is always 0",
        "`includeLinkedAccounts` finds nothing beyond the caller's own account",
      ],
      ListLogGroups: [
        "`dataSources` and `fieldIndexNames` are refused",
        "`includeLinkedAccounts` finds nothing beyond the caller's own account",
      ],
      GetLogEvents: ["`unmask` has nothing to unmask: there is no data protection"],
      FilterLogEvents: ["`unmask` has nothing to unmask: there is no data protection"],
      PutLogEvents: ["`entity` is checked by its form and not kept"],
      GetLogRecord: ["`unmask` has nothing to unmask: there is no data protection"],
      GetQueryResults: ["results and statistics come when the query has ended, not while it is `Running`"],
      PutQueryDefinition: ["the query languages `PPL` and `SQL` are refused"],
      StartQuery: [
        "the query languages `PPL` and `SQL` are refused",
        "the commands `anomaly`, `diff`, `join`, `lookup` and `pattern` are refused, with their position",
        "log groups of other accounts are not found",
      ],
      StartLiveTail: ["clients must not put `stream-` before the host name (see the README)"],
    },
    contextOf: (call) => ({ call, dependencies, streams, activity, retentionMoves, deletions, queries }),
  });
}
