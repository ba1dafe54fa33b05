// The API: requests to answers, with what proves the caller, records the call and explains a failing store.
import { randomUUID } from "node:crypto";
import type { Config } from "../server/config-settings.ts";
import { authorize } from "../server/authorize.ts";
import { createAuthenticate } from "../server/identity.ts";
import { ensureRootCredentials } from "../server/root-credentials.ts";
import { translateStorageError } from "../server/storage-errors.ts";
import { stopwatch } from "../server/system-clock.ts";
import type { Dependencies } from "../services/dependencies.ts";
import { openAccessKeyStore, type AccessKeyStore } from "../services/groundwatch/access-key-store.ts";
import type { OwnDependencies } from "../services/groundwatch/context.ts";
import type { WireRequest, WireResponse } from "../wire/request.ts";
import { createApp, type AnsweredCall, type App } from "../wire/serve.ts";
import type { CreateServices } from "./services.ts";

export interface ApiOptions {
  readonly config: Config;
  readonly dependencies: Dependencies;
  readonly own: OwnDependencies;
  readonly createServices: CreateServices;
  readonly record: (call: AnsweredCall) => void | Promise<void>;
  readonly report: (error: unknown) => void;
  readonly strictOutputs: boolean;
}

export function createApi(options: ApiOptions): App {
  const { config, dependencies, own } = options;
  const now = () => dependencies.clock.now();
  const { auth, account, region, data } = config;
  return createApp({
    services: options.createServices(dependencies, own),
    authenticate: createAuthenticate({ auth, account, region, accessKeys: own.accessKeys, now }),
    authorize: ({ principal }, service, { name }) => {
      const action = `${service.model.signingName}:${name}`;
      authorize(principal, { action, account: undefined }, { auth, account });
    },
    now,
    stopwatch,
    newRequestId: randomUUID,
    record: options.record,
    translateError: (error) => translateStorageError(error, data),
    onUnexpectedError: options.report,
    strictOutputs: options.strictOutputs,
  });
}

/** The keys of the configuration and those made here; under `--auth iam` there is always one of the root. */
export async function openAccessKeys(
  config: Config,
  folder: string,
  { state, clock }: Pick<Dependencies, "state" | "clock">,
): Promise<AccessKeyStore> {
  const createdAt = clock.now();
  const configured = config.accessKeys.map((key) => ({ ...key, createdAt }));
  const accessKeys = await openAccessKeyStore(state, configured);
  if (config.auth === "iam") {
    await ensureRootCredentials(folder, accessKeys, { account: config.account, createdAt });
  }
  return accessKeys;
}

/** Pages of our own beside the API: whether the server is well, and the reset of test suites without a client. */
export function createAnswer(app: App, now: () => number): (request: WireRequest) => Promise<WireResponse> {
  return (request) => {
    if (request.method !== "GET" || !/^\/_groundwatch\/health\/?(\?|$)/.test(request.url)) {
      return app.handle(request);
    }
    const headers = { "content-type": "application/json", date: new Date(now()).toUTCString() };
    return Promise.resolve({ status: 200, headers, body: '{"status":"ok"}' });
  };
}
