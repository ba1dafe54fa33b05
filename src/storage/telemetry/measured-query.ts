// A query with its cost: the engine says in its answer what it read, and is asked meanwhile for its memory.
import { renderSql, sql } from "../../core/sql.ts";
import type { QueryOptions } from "../telemetry.ts";
import type { Driver, StatementBounds } from "./driver.ts";
import { jsonLines } from "./json-lines.ts";

const samplePauseMs = 200;

/** The lines of https://clickhouse.com/docs/interfaces/formats/JSONEachRowWithProgress; numbers are texts. */
interface Line<Row> {
  readonly row?: Row;
  readonly progress?: {
    readonly read_rows: string;
    readonly read_bytes: string;
    readonly elapsed_ns: string;
  };
}

let lastMark = 0;

type Listeners = Pick<QueryOptions, "onCost" | "onProgress">;

/** Answers the rows; `onCost` is called before, and not at all when the query fails. */
export async function measuredQuery<Row>(
  driver: Driver,
  text: string,
  bounds: StatementBounds,
  { onCost, onProgress }: Listeners,
): Promise<readonly Row[]> {
  const mark = `measured-${++lastMark}-${process.pid}`;
  const sampling = sample(driver, mark, bounds, onProgress);
  let lines: readonly Line<Row>[];
  try {
    const body = await driver.query(`${text} /* ${mark} */`, { ...bounds, withProgress: true });
    lines = jsonLines(body) as readonly Line<Row>[];
  } finally {
    sampling.stop();
  }
  const progress = lines.findLast((line) => line.progress !== undefined)?.progress;
  onCost?.({
    rowsRead: Number(progress?.read_rows ?? 0),
    bytesRead: Number(progress?.read_bytes ?? 0),
    engineMs: Math.round(Number(progress?.elapsed_ns ?? 0) / 1_000_000),
    memoryPeakBytes: sampling.peakBytes(),
  });
  return lines.flatMap(({ row }) => (row === undefined ? [] : [row]));
}

interface Sample {
  readonly memoryBytes: number;
  readonly rowsRead: number;
  readonly bytesRead: number;
}

/** https://clickhouse.com/docs/operations/system-tables/processes */
function sample(driver: Driver, mark: string, bounds: StatementBounds, onProgress: Listeners["onProgress"]) {
  const question = renderSql(sql`
    SELECT toFloat64(max(peak_memory_usage)) AS memoryBytes, toFloat64(max(read_rows)) AS rowsRead,
      toFloat64(max(read_bytes)) AS bytesRead
    FROM system.processes
    WHERE query LIKE ${`%/* ${mark} */%`} AND query NOT LIKE '%system.processes%'`);
  let peak: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  const wait = () => {
    timer = setTimeout(() => void look(), samplePauseMs);
    timer.unref();
  };
  const look = async () => {
    try {
      const body = await driver.query(question, { ...bounds, signal: undefined });
      const [found] = jsonLines(body) as readonly Sample[];
      if (found !== undefined && found.memoryBytes > 0 && timer !== undefined) {
        peak = Math.max(peak ?? 0, found.memoryBytes);
        onProgress?.({ rowsRead: found.rowsRead, bytesRead: found.bytesRead });
      }
    } catch {
      // The next look may succeed; a cost without its memory is still one.
    }
    if (timer !== undefined) wait();
  };
  wait();
  return {
    stop: () => {
      clearTimeout(timer);
      timer = undefined;
    },
    peakBytes: () => peak,
  };
}
