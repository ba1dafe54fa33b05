// parseToOCSF: a record of an AWS service becomes an event of the Open Cybersecurity Schema Framework.
import { TransformFailure, type ProcessorDefinition } from "../define.ts";
import { awsWaf } from "../ocsf/aws-waf.ts";
import { cloudTrail } from "../ocsf/cloudtrail.ts";
import { eksAudit } from "../ocsf/eks-audit.ts";
import type { OcsfSource, OcsfVersion } from "../ocsf/mapping.ts";
import { route53Resolver } from "../ocsf/route53-resolver.ts";
import { toOcsf } from "../ocsf/to-ocsf.ts";
import { vpcFlow } from "../ocsf/vpc-flow.ts";
import { addFields, sourceOf } from "./source.ts";

const sources: ReadonlyMap<string, OcsfSource> = new Map([
  ["CloudTrail", cloudTrail],
  ["Route53Resolver", route53Resolver],
  ["VPCFlow", vpcFlow],
  ["EKSAudit", eksAudit],
  ["AWSWAF", awsWaf],
]);

const versions: ReadonlyMap<string, OcsfVersion> = new Map([
  ["V1.1", "1.1.0"],
  ["V1.5", "1.5.0"],
]);

/** The only mapping that there is; the documentation writes it with a `v` and without. */
const mappingVersions: ReadonlySet<string> = new Set(["1.5.0", "v1.5.0"]);

/**
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-parseToOCSF.html
 * The mappings are those that AWS has published for Security Lake, which reads the same logs.
 */
export const parseToOcsf: ProcessorDefinition = {
  name: "parseToOCSF",
  role: "parser",
  atMost: 1,
  compile(config) {
    const eventSource = config.text("eventSource");
    const source =
      sources.get(eventSource) ??
      config.refuse("eventSource", `must be one of ${[...sources.keys()].join(", ")}`);
    const version =
      versions.get(config.text("ocsfVersion")) ??
      config.refuse("ocsfVersion", `must be one of ${[...versions.keys()].join(", ")}`);
    const mappingVersion = config.optionalText("mappingVersion");
    if (mappingVersion !== undefined && version === "1.1.0") {
      config.refuse("mappingVersion", "is not supported when ocsfVersion is V1.1");
    }
    if (mappingVersion !== undefined && !mappingVersions.has(mappingVersion)) {
      config.refuse("mappingVersion", "must be 1.5.0");
    }
    const textOf = sourceOf(config);
    return (event) => {
      const record = source.read(textOf(event));
      if (record === undefined) throw new TransformFailure(`the text is no record of ${eventSource}`);
      addFields(event.document, Object.entries(toOcsf(source.mappingOf(record), record, version)), true);
    };
  },
};
