// Every AWS service that the server answers for, made from the shared dependencies.
import type { Dependencies } from "../services/dependencies.ts";
import type { Service } from "../wire/service.ts";

/**
 * The SDK packages take longest to load at the start, so this begins before the stores are open; the dependencies
 * come later.
 */
export async function loadServices(): Promise<(dependencies: Dependencies) => readonly Service[]> {
  const [cloudtrail, eventbridge, schemas, xray] = await Promise.all([
    import("../services/cloudtrail/index.ts"),
    import("../services/eventbridge/index.ts"),
    import("../services/schemas/index.ts"),
    import("../services/xray/index.ts"),
  ]);
  return (dependencies) => [
    cloudtrail.createCloudTrailService(dependencies),
    eventbridge.createEventBridgeService(dependencies),
    schemas.createSchemasService(),
    xray.createXrayService(dependencies),
  ];
}
