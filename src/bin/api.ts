// The API: requests to answers, with what proves the caller, records the call and explains a failing store.
import { recordedInput } from "../core/audit/operations.ts";
import { randomUUID } from "node:crypto";
import type { Config } from "../server/config-settings.ts";
import { createAuthorize } from "../server/authorize.ts";
import { createFrontDoor } from "../server/front-door.ts";
import { createAuthenticate } from "../server/identity.ts";
import type { Log } from "../server/log.ts";
import { ensureRootCredentials } from "../server/root-credentials.ts";
import { countSignals, uncounted } from "../server/signal-counts.ts";
import { translateStorageError } from "../server/storage-errors.ts";
import { stopwatch } from "../server/system-clock.ts";
import type { Dependencies } from "../services/dependencies.ts";
import { openAccessKeyStore, type AccessKeyStore } from "../services/groundwatch/access-key-store.ts";
import type { OwnDependencies } from "../services/groundwatch/context.ts";
import { eraseEverything } from "../services/groundwatch/reset.ts";
import { createApp, type AnsweredCall, type App } from "../wire/serve.ts";
import type { CreateServices } from "./services.ts";

export { describeOperations } from "../wire/service.ts";

export interface ApiOptions {
  readonly config: Config;
  readonly dependencies: Dependencies;
  readonly own: OwnDependencies;
  readonly createServices: CreateServices;
  readonly record: (call: AnsweredCall) => void | Promise<void>;
  readonly log: Log;
  readonly strictOutputs: boolean;
}

export function createApi(options: ApiOptions): App {
  const { config, dependencies, own, log } = options;
  const now = () => dependencies.clock.now();
  const { auth, account, region, data } = config;
  return createApp({
    services: options.createServices(dependencies, own),
    authenticate: createAuthenticate({ auth, account, region, accessKeys: own.accessKeys, now }),
    authorize: createAuthorize({ auth, account }),
    now,
    stopwatch,
    newRequestId: randomUUID,
    record: options.record,
    recordedInput: ({ model }, { name }, input) => recordedInput(model.signingName, name, input),
    translateError: (error) => translateStorageError(error, data),
    onUnexpectedError: (error, { operation, requestId }) =>
      log.error("a call failed unexpectedly", error, { operation: operation?.name, requestId }),
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

/** The agent signs like any other client: as the root of the default account. */
export function agentCredentials({ auth, account }: Config, accessKeys: AccessKeyStore) {
  if (auth === "off") return { accessKeyId: account, secretAccessKey: "any" };
  const key = accessKeys.list(account).find(({ userName }) => userName === undefined);
  if (key === undefined) throw new Error(`the account ${account} has no root key`);
  return { accessKeyId: key.accessKeyId, secretAccessKey: key.secretAccessKey };
}

/** Everything that is answered: the API, and the pages of our own beside it. */
export function createAnswer(options: ApiOptions, app: App, endpoint: () => string) {
  const { config, dependencies, own, log } = options;
  const { clock, telemetry, signing } = dependencies;
  let isReady = false;
  telemetry.ready().then(
    () => (isReady = true),
    () => undefined, // which ends the start
  );
  const counts = () => (isReady ? countSignals(telemetry) : uncounted);
  return createFrontDoor({
    app,
    auth: config.auth,
    publicHost: config.publicUrl === undefined ? undefined : new URL(config.publicUrl).host,
    now: () => clock.now(),
    isReady: () => isReady,
    certificate: () => signing.certificate(),
    reset: config.test ? () => eraseEverything(dependencies, own) : undefined,
    onError: (error) => log.error("a page failed", error),
    statusPage: async () => ({
      version: own.serverFacts().version,
      endpoint: endpoint(),
      region: config.region,
      auth: config.auth,
      counts: config.auth === "off" ? await counts() : [],
    }),
  });
}
