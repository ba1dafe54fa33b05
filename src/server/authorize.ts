// What a proven caller may do: everything in its own account, and the whole server only as the default account's root.
import { WireError } from "../wire/errors.ts";
import type { Principal } from "../wire/request.ts";

/** What is asked for. */
export interface Demand {
  /** As policies name it: `logs:PutLogEvents`. */
  readonly action: string;
  /** The account that the call is about, when its input names another one than the caller's. */
  readonly account: string | undefined;
}

/** Operations that touch every account at once. */
const ofTheWholeServer: ReadonlySet<string> = new Set(["groundwatch:AdvanceClock", "groundwatch:Reset"]);

export interface AuthorizeOptions {
  readonly auth: "off" | "iam";
  /** The default account: its root owns the server. */
  readonly account: string;
}

/**
 * The one place where a call is allowed or refused, after its caller is known and before its handler runs.
 * @throws WireError `AccessDeniedException`, in the words of
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export function authorize(principal: Principal, demand: Demand, options: AuthorizeOptions): void {
  if (options.auth === "off") return;
  const ownsServer = principal.account === options.account && principal.userName === undefined;
  const staysHome = demand.account === undefined || demand.account === principal.account;
  if (ownsServer || (staysHome && !ofTheWholeServer.has(demand.action))) return;
  const message = `User: ${principal.arn} is not authorized to perform: ${demand.action}`;
  throw new WireError("AccessDeniedException", message, {
    status: 400,
    restStatus: 403,
    queryCode: "AccessDenied",
    queryStatus: 403,
  });
}
