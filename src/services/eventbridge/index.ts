// The EventBridge API (and, by the same targets, CloudWatch Events): buses, and the events put on them.
import * as sdk from "@aws-sdk/client-eventbridge";
import { defineService, type Service } from "../../wire/service.ts";
import type { Dependencies } from "../dependencies.ts";
import type { EventBridgeContext } from "./context.ts";
import {
  createEventBus,
  deleteEventBus,
  describeEventBus,
  listEventBuses,
  updateEventBus,
} from "./event-buses.ts";
import { limits } from "./limits.ts";
import { putEvents } from "./events.ts";
import { putPermission, removePermission } from "./permissions.ts";
import { listTagsForResource, tagResource, untagResource } from "./tags.ts";

export function createEventBridgeService(dependencies: Dependencies): Service {
  return defineService<typeof sdk, EventBridgeContext>({
    name: "eventbridge",
    sdk,
    limits,
    handlers: {
      CreateEventBus: createEventBus,
      DeleteEventBus: deleteEventBus,
      DescribeEventBus: describeEventBus,
      ListEventBuses: listEventBuses,
      ListTagsForResource: listTagsForResource,
      PutEvents: putEvents,
      PutPermission: putPermission,
      RemovePermission: removePermission,
      TagResource: tagResource,
      UntagResource: untagResource,
      UpdateEventBus: updateEventBus,
    },
    limitations: {
      CreateEventBus: [
        "`KmsKeyIdentifier`, `LogConfig` and `EventSourceName` are refused",
        "`DeadLetterConfig` is kept and not yet used",
      ],
      PutEvents: [
        "events are stored and not yet matched by rules",
        "an event for a bus that does not exist is stored under that bus's name",
        "`TraceHeader` is checked by its form and not kept",
        "`EndpointId` and buses of other accounts and regions are refused",
      ],
      PutPermission: ["policies are kept and not yet decided upon"],
      UpdateEventBus: [
        "`KmsKeyIdentifier` and `LogConfig` are refused",
        "`DeadLetterConfig` is kept and not yet used",
      ],
    },
    contextOf: (call) => ({ call, dependencies }),
  });
}
