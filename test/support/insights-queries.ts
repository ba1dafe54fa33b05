// Queries of Logs Insights for tests: started, waited for, and their rows as objects.
import type {
  CloudWatchLogs,
  GetQueryResultsResponse,
  StartQueryRequest,
} from "@aws-sdk/client-cloudwatch-logs";
import type { TestServer } from "./server.ts";

interface Parts {
  readonly server: TestServer;
  readonly logs: CloudWatchLogs;
}

/** `parts` are asked for when they are needed, since tests start their server later. */
export function newInsightsQueries(parts: () => Parts) {
  return {
    /** Over the hour before now and a minute behind it. */
    start: async (
      group: { readonly logGroupName: string } | undefined,
      queryString: string,
      options: Partial<StartQueryRequest> = {},
    ): Promise<string> => {
      const { server, logs } = parts();
      const now = Math.floor(server.clock.now() / 1_000);
      const { queryId } = await logs.startQuery({
        ...(group === undefined ? {} : { logGroupName: group.logGroupName }),
        startTime: now - 3_600,
        endTime: now + 60,
        queryString,
        ...options,
      });
      return queryId!;
    },
    /** The answer once the query neither waits nor runs. */
    ended: async (queryId: string): Promise<GetQueryResultsResponse> => {
      for (;;) {
        const found = await parts().logs.getQueryResults({ queryId });
        if (found.status !== "Scheduled" && found.status !== "Running") return found;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    /** Without the pointers. */
    rowsOf: ({ results = [] }: GetQueryResultsResponse): Record<string, string>[] =>
      results.map((row) =>
        Object.fromEntries(
          row.filter(({ field }) => field !== "@ptr").map(({ field, value }) => [field!, value!]),
        ),
      ),
  };
}
