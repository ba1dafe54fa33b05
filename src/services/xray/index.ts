// The X-Ray API: traces in, traces out.
import * as sdk from "@aws-sdk/client-xray";
import { defineService, type Service } from "../../wire/service.ts";
import type { Dependencies } from "../dependencies.ts";
import type { XrayContext } from "./context.ts";
import { limits } from "./limits.ts";
import { putTelemetryRecords } from "./telemetry-records.ts";
import { batchGetTraces, putTraceSegments } from "./traces.ts";

export function createXrayService(dependencies: Dependencies): Service {
  return defineService<typeof sdk, XrayContext>({
    name: "xray",
    sdk,
    limits,
    handlers: {
      BatchGetTraces: batchGetTraces,
      PutTelemetryRecords: putTelemetryRecords,
      PutTraceSegments: putTraceSegments,
    },
    limitations: {
      BatchGetTraces: ["independent subsegments are listed as segments of their own"],
      PutTelemetryRecords: ["records are added up per daemon, and nothing shows the sums yet"],
    },
    contextOf: (call) => ({ call, dependencies }),
  });
}
