// The names and ARNs of log groups and streams.

/** A log group as a client names it: by name in its own account and region, or by ARN. */
export interface LogGroupReference {
  readonly name: string;
  readonly account: string | undefined;
  readonly region: string | undefined;
}

const arnPattern = /^arn:[\w-]+:logs:([\w-]*):(\d*):log-group:([^:*]+)(?::\*)?$/;

/** `name`, `arn:aws:logs:REGION:ACCOUNT:log-group:NAME` or the same with `:*`; undefined for another ARN. */
export function parseLogGroupIdentifier(identifier: string): LogGroupReference | undefined {
  if (!identifier.startsWith("arn:")) return { name: identifier, account: undefined, region: undefined };
  const [, region, account, name] = arnPattern.exec(identifier) ?? [];
  return name === undefined
    ? undefined
    : { name, account: account || undefined, region: region || undefined };
}

/** Without `:*`, as `logGroupArn`; the older `arn` member has it. */
export function logGroupArn(account: string, region: string, name: string): string {
  return `arn:aws:logs:${region}:${account}:log-group:${name}`;
}

export function logStreamArn(account: string, region: string, group: string, stream: string): string {
  return `${logGroupArn(account, region, group)}:log-stream:${stream}`;
}
