// What a query has cost the engine: all its statements together.
import { countGranules, type EstimatedRead } from "../../storage/telemetry/log-queries.ts";
import type { StatementCost, Telemetry } from "../../storage/telemetry.ts";
import type { LogQueryCost } from "../log-query-reader.ts";

export interface QueryMeter {
  /** Measures what is asked through it. */
  readonly telemetry: Telemetry;
  /** Of the statements that were answered so far; `read` is what the indexes have left of the events. */
  cost(read: EstimatedRead | undefined): Promise<LogQueryCost>;
}

export function meterQuery(telemetry: Telemetry): QueryMeter {
  const statements: StatementCost[] = [];
  const onCost = (cost: StatementCost) => {
    statements.push(cost);
  };
  return {
    telemetry: {
      ...telemetry,
      query: (statement, options) => telemetry.query(statement, { ...options, onCost }),
    },
    async cost(read) {
      const total = await countGranules(telemetry);
      const sum = (name: "rowsRead" | "bytesRead" | "engineMs") =>
        statements.reduce((sofar, one) => sofar + one[name], 0);
      const peaks = statements.flatMap(({ memoryPeakBytes }) => memoryPeakBytes ?? []);
      return {
        statements: statements.length,
        rowsRead: sum("rowsRead"),
        bytesRead: sum("bytesRead"),
        engineMs: sum("engineMs"),
        ...(peaks.length === 0 ? {} : { memoryPeakBytes: Math.max(...peaks) }),
        ...(read === undefined ? {} : { partsRead: read.parts, granulesRead: read.granules }),
        partsTotal: total.parts,
        granulesTotal: total.granules,
      };
    },
  };
}
