// Every service that the server answers for, made from the shared dependencies.
import { createCloudTrailService } from "../services/cloudtrail/index.ts";
import { createCloudWatchService } from "../services/cloudwatch/index.ts";
import { createLogsService } from "../services/cloudwatch-logs/index.ts";
import type { Dependencies } from "../services/dependencies.ts";
import { createEventBridgeService } from "../services/eventbridge/index.ts";
import type { OwnDependencies } from "../services/groundwatch/context.ts";
import { createGroundwatchService } from "../services/groundwatch/index.ts";
import { createSchemasService } from "../services/schemas/index.ts";
import { createSnsService } from "../services/sns/index.ts";
import { createSqsService } from "../services/sqs/index.ts";
import { createXrayService } from "../services/xray/index.ts";
import type { Service } from "../wire/service.ts";

/** `own` is for the service of our own, which knows the server. */
export type CreateServices = (dependencies: Dependencies, own: OwnDependencies) => readonly Service[];

export const createServices: CreateServices = (dependencies, own) => {
  const logs = createLogsService(dependencies);
  return [
    createCloudTrailService(dependencies),
    createCloudWatchService(dependencies),
    logs,
    createEventBridgeService(dependencies),
    createGroundwatchService(dependencies, own, logs.queryReader),
    createSchemasService(),
    createSnsService(dependencies),
    createSqsService(dependencies),
    createXrayService(dependencies),
  ];
};
