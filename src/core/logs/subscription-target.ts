// Where a subscription filter delivers: what its destination's ARN or address means.

export type SubscriptionTarget =
  | { readonly kind: "kinesis"; readonly arn: string; readonly region: string; readonly streamName: string }
  | { readonly kind: "firehose"; readonly arn: string; readonly region: string; readonly streamName: string }
  | { readonly kind: "lambda"; readonly arn: string; readonly region: string; readonly functionName: string }
  | {
      readonly kind: "opensearch";
      readonly arn: string;
      readonly region: string;
      readonly domain: string;
      /** Undefined for an index a day, as the console sets it up. */
      readonly index: string | undefined;
    }
  | { readonly kind: "webhook"; readonly arn: string; readonly url: string };

/** A destination of CloudWatch Logs, which stands for a stream in its own account. */
export interface LogicalDestination {
  readonly kind: "destination";
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  readonly name: string;
}

const arnPattern = /^arn:[\w-]+:([\w-]+):([\w-]*):(\d*):(.+)$/;

/**
 * Undefined for what no subscription can deliver to. OpenSearch domains (`...:domain/NAME/INDEX`) and
 * addresses are ours: on AWS a function stands between.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html
 */
export function parseSubscriptionTarget(text: string): SubscriptionTarget | LogicalDestination | undefined {
  if (/^https?:\/\/[^/\s]/.test(text)) return { kind: "webhook", arn: text, url: text };
  const [, service = "", region = "", account = "", resource = ""] = arnPattern.exec(text) ?? [];
  const named = (prefix: string) =>
    resource.startsWith(prefix) && resource.length > prefix.length
      ? resource.slice(prefix.length)
      : undefined;
  switch (service) {
    case "kinesis": {
      const streamName = named("stream/");
      return streamName === undefined ? undefined : { kind: "kinesis", arn: text, region, streamName };
    }
    case "firehose": {
      const streamName = named("deliverystream/");
      return streamName === undefined ? undefined : { kind: "firehose", arn: text, region, streamName };
    }
    case "lambda": {
      const [functionName = ""] = (named("function:") ?? "").split(":");
      return functionName === "" ? undefined : { kind: "lambda", arn: text, region, functionName };
    }
    case "es": {
      const [domain = "", index] = (named("domain/") ?? "").split("/");
      return domain === "" ? undefined : { kind: "opensearch", arn: text, region, domain, index };
    }
    case "logs": {
      const name = named("destination:");
      return name === undefined ? undefined : { kind: "destination", arn: text, account, region, name };
    }
    default:
      return undefined;
  }
}

/** Whether a role must be named, may not be, or is only kept, by the service in the ARN. */
const roles: Readonly<Record<string, "needed" | "refused" | "kept">> = {
  kinesis: "needed",
  firehose: "needed",
  lambda: "refused",
  logs: "kept",
  es: "kept",
};

/**
 * What AWS says of a destination that an operation cannot have, or not with or without this role, in the
 * words of its answers. Undefined when there is nothing to say.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/subscription-concepts.html
 */
export function problemOfTarget(
  operation: string,
  destinationArn: string,
  roleArn: string | undefined,
): string | undefined {
  const vendor = arnPattern.exec(destinationArn)?.[1];
  if (vendor !== undefined) {
    const { [vendor]: role = "needed" } = roles;
    const about = `destinationArn for vendor ${vendor}`;
    if (role === "needed" && roleArn === undefined) return `${about} cannot be used without roleArn`;
    if (role === "refused" && roleArn !== undefined) return `${about} cannot be used with roleArn`;
    if (roles[vendor] === undefined) return `${operation} operation cannot work with ${about}`;
  }
  if (parseSubscriptionTarget(destinationArn) !== undefined) return undefined;
  return (
    `Invalid destination: ${destinationArn} is no stream, function, domain or destination that can be ` +
    "delivered to."
  );
}

/**
 * The group that a function writes its own events to: what is delivered to the function makes more of them.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Subscriptions-recursion-prevention.html
 */
export function ownLogGroupOf(destinationArn: string): string | undefined {
  const target = parseSubscriptionTarget(destinationArn);
  return target?.kind === "lambda" ? `/aws/lambda/${target.functionName}` : undefined;
}

export function destinationArn(account: string, region: string, name: string): string {
  return `arn:aws:logs:${region}:${account}:destination:${name}`;
}
