// Every service that the server answers for, made from the shared dependencies.
import type { Dependencies } from "../services/dependencies.ts";
import type { OwnDependencies } from "../services/groundwatch/context.ts";
import type { Service } from "../wire/service.ts";

/** `own` is for the service of our own, which knows the server. */
export type CreateServices = (dependencies: Dependencies, own: OwnDependencies) => readonly Service[];

/** The SDK packages take longest to load, so this begins while the stores open. */
export async function loadServices(): Promise<CreateServices> {
  const [cloudtrail, cloudwatch, logs, eventbridge, groundwatch, schemas, sns, sqs, xray] = await Promise.all(
    [
      import("../services/cloudtrail/index.ts"),
      import("../services/cloudwatch/index.ts"),
      import("../services/cloudwatch-logs/index.ts"),
      import("../services/eventbridge/index.ts"),
      import("../services/groundwatch/index.ts"),
      import("../services/schemas/index.ts"),
      import("../services/sns/index.ts"),
      import("../services/sqs/index.ts"),
      import("../services/xray/index.ts"),
    ],
  );
  return (dependencies, own) => {
    const logsService = logs.createLogsService(dependencies);
    return [
      cloudtrail.createCloudTrailService(dependencies),
      cloudwatch.createCloudWatchService(dependencies),
      logsService,
      eventbridge.createEventBridgeService(dependencies),
      groundwatch.createGroundwatchService(dependencies, own, logsService.queryReader),
      schemas.createSchemasService(),
      sns.createSnsService(dependencies),
      sqs.createSqsService(dependencies),
      xray.createXrayService(dependencies),
    ];
  };
}
