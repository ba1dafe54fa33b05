// What a proven caller may do: everything in its own account, and the whole server only as the default
// account's root.
import { WireError } from "../wire/errors.ts";
import type { Principal } from "../wire/request.ts";
import type { AppOptions } from "../wire/serve.ts";

export interface AuthorizeOptions {
  readonly auth: "off" | "iam";
  /** The default account: its root owns the server. */
  readonly account: string;
}

/** What is asked for. */
interface Demand {
  /** As policies name it: `logs:PutLogEvents`. */
  readonly action: string;
  /** The account that the call is about. */
  readonly account: string;
}

/** Operations that touch every account at once. */
const ofTheWholeServer: ReadonlySet<string> = new Set(["groundwatch:AdvanceClock", "groundwatch:Reset"]);

/** The hook of the request path. With `--auth off` everybody on this machine may do everything. */
export function createAuthorize(options: AuthorizeOptions): NonNullable<AppOptions["authorize"]> {
  if (options.auth === "off") return () => undefined;
  return ({ principal }, { model }, { name }, input) => {
    const named: unknown = model.signingName === "groundwatch" ? input["Account"] : undefined;
    const account = typeof named === "string" ? named : principal.account;
    authorize(principal, { action: `${model.signingName}:${name}`, account }, options);
  };
}

/**
 * The one place where a call is allowed or refused, after its caller is known and before its handler runs.
 * @throws WireError `AccessDeniedException`, in the words of
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
function authorize(principal: Principal, demand: Demand, { account }: AuthorizeOptions): void {
  const ownsServer = principal.account === account && principal.userName === undefined;
  const staysHome = demand.account === principal.account && !ofTheWholeServer.has(demand.action);
  if (ownsServer || staysHome) return;
  const message = `User: ${principal.arn} is not authorized to perform: ${demand.action}`;
  throw new WireError("AccessDeniedException", message, {
    status: 400,
    restStatus: 403,
    queryCode: "AccessDenied",
    queryStatus: 403,
  });
}
