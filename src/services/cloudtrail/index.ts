// The CloudTrail API: the history of calls.
import * as sdk from "@aws-sdk/client-cloudtrail";
import { defineService, type Service } from "../../wire/service.ts";
import type { Dependencies } from "../dependencies.ts";
import type { CloudTrailContext } from "./context.ts";
import { lookupEvents } from "./events.ts";
import { limits } from "./limits.ts";

export function createCloudTrailService(dependencies: Dependencies): Service {
  return defineService<typeof sdk, CloudTrailContext>({
    name: "cloudtrail",
    sdk,
    limits,
    handlers: { LookupEvents: lookupEvents },
    limitations: {
      LookupEvents: [
        "there are no Insights events: that category is always empty",
        "as with AWS, calls that read or write data (PutMetricData, PutLogEvents, ...) are recorded " +
          "and not found here",
      ],
    },
    contextOf: (call) => ({ call, dependencies }),
  });
}
