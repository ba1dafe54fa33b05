// Managed rules: the templates that services of AWS bring for their resources, and what follows from each.
import type { InsightRule } from "./rule.ts";

export interface ManagedRuleSource {
  readonly templateName: string;
  readonly resourceArn: string;
}

interface Template {
  readonly name: string;
  readonly keyLabels: readonly string[];
}

/** By the resource in an ARN; the templates in the order in which CloudWatch lists them. */
const templates: readonly {
  readonly service: string;
  readonly resource: RegExp;
  readonly templates: readonly Template[];
}[] = [
  {
    service: "ec2",
    resource: /^vpc-endpoint-service\/vpce-svc-[0-9a-f]+$/,
    templates: ["NewConnections", "Bytes", "RstPackets", "ActiveConnections"].map((counted) => ({
      name: `VpcEndpointService-${counted}ByEndpointId-v1`,
      keyLabels: ["endpointId"],
    })),
  },
];

/** The names of the templates for a resource of this account and region; undefined when it has none. */
export function templatesOf(
  resourceArn: string,
  { account, region }: { readonly account: string; readonly region: string },
): readonly string[] | undefined {
  const [, , service, ofRegion, ofAccount, ...rest] = resourceArn.split(":");
  if (ofRegion !== region || ofAccount !== account) return undefined;
  const found = templates.find((one) => one.service === service && one.resource.test(rest.join(":")));
  return found?.templates.map(({ name }) => name);
}

/** The same for the same template and resource, so that a rule is put once. */
export function managedRuleName({ templateName, resourceArn }: ManagedRuleSource): string {
  return `${templateName}-${resourceArn.slice(resourceArn.lastIndexOf("/") + 1)}`;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_InsightRule.html */
export const managedSchema = JSON.stringify({ Name: "ServiceLogRule", Version: 1 });

export function managedDefinition({ templateName, resourceArn }: ManagedRuleSource): string {
  const Schema: unknown = JSON.parse(managedSchema);
  return JSON.stringify({ Schema, TemplateName: templateName, ResourceARN: resourceArn, AggregateOn: "Sum" });
}

/** It looks at no log group: what it counts is in the service whose resource it is for. */
export function managedRule({ templateName }: ManagedRuleSource): InsightRule {
  const known = templates.flatMap((one) => one.templates).find(({ name }) => name === templateName);
  const keyLabels = known?.keyLabels ?? [];
  return { logGroupNames: [], format: "JSON", keyLabels, keys: [], aggregateOn: "Sum", filters: [] };
}
