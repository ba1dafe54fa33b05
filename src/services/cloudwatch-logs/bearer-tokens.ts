// Whether log events may be put into a group with a bearer token instead of a signature.
import { AccessDeniedException } from "@aws-sdk/client-cloudwatch-logs";
import { modelled } from "../../wire/service.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import { changeGroup } from "./stored-groups.ts";
import type { KnownStream } from "./stream-directory.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutBearerTokenAuthentication.html */
export async function putBearerTokenAuthentication(
  input: Input<"PutBearerTokenAuthentication">,
  context: LogsContext,
): Promise<Output<"PutBearerTokenAuthentication">> {
  const bearerTokens = input.bearerTokenAuthenticationEnabled;
  await changeGroup(context, input.logGroupIdentifier, (group) => ({ ...group, bearerTokens }));
  return {};
}

/** @throws AccessDeniedException for a caller with a token, where the group takes none. */
export function requireBearerTokens({ call }: LogsContext, { bearerTokens }: KnownStream): void {
  if (call.principal.hasBearerToken !== true || bearerTokens) return;
  throw modelled(AccessDeniedException, "Bearer token authentication is not enabled for this log group.");
}
