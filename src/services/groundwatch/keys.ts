// CreateKey, ListKeys, DescribeKey, EnableKey, DisableKey, RotateKeyOnDemand, ScheduleKeyDeletion and
// CancelKeyDeletion: the keys that encrypt log groups.
import { maxKeys, type EncryptionKey, type Keyring } from "../../storage/encryption/keyring.ts";
import { modelled } from "../../wire/service.ts";
import type { GroundwatchContext } from "./context.ts";
import {
  KMSInvalidStateException,
  LimitExceededException,
  NotFoundException,
  ValidationException,
} from "./errors.ts";
import type { GroundwatchHandler } from "./handlers.ts";
import { defaultPageSize } from "./limits.ts";
import { defaultWindowDays, maxRotations } from "./limits-keys.ts";

const dayMs = 86_400_000;

const keyringOf = ({ dependencies }: GroundwatchContext): Promise<Keyring> =>
  dependencies.logEncryption.currentKeyring();

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html */
export const createKey: GroundwatchHandler<"CreateKey"> = async ({ Description = "" }, context) => {
  const { account, region } = context.call;
  const keyring = await keyringOf(context);
  if (keyring.size >= maxKeys) {
    throw modelled(LimitExceededException, `Cannot exceed quota for Keys: ${maxKeys}`);
  }
  return answer(await keyring.create(account, region, Description));
};

/** The oldest first. https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeys.html */
export const listKeys: GroundwatchHandler<"ListKeys"> = async ({ MaxResults, NextToken }, context) => {
  const { account, region } = context.call;
  const all = (await keyringOf(context)).list(account, region);
  const limit = MaxResults ?? defaultPageSize;
  const before = NextToken === undefined ? -1 : all.findIndex(({ arn }) => idOf(arn) === NextToken);
  if (NextToken !== undefined && before < 0) {
    throw modelled(ValidationException, "The NextToken is not valid.");
  }
  const page = all.slice(before + 1, before + 1 + limit);
  const last = page.at(-1);
  return {
    Keys: page.map(describe),
    NextToken: last === undefined || last === all.at(-1) ? undefined : idOf(last.arn),
  };
};

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html */
export const describeKey: GroundwatchHandler<"DescribeKey"> = async ({ KeyId }, context) =>
  answer(requireKey(KeyId, context, await keyringOf(context)));

/** What the key has sealed can be read again. https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKey.html */
export const enableKey: GroundwatchHandler<"EnableKey"> = async ({ KeyId }, context) => {
  const keyring = await keyringOf(context);
  const key = requireNotPending(requireKey(KeyId, context, keyring));
  return answer(await keyring.change(key, "Enabled"));
};

/**
 * At once, nothing that the key has sealed can be read, and nothing be put where it seals.
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_DisableKey.html
 */
export const disableKey: GroundwatchHandler<"DisableKey"> = async ({ KeyId }, context) => {
  const keyring = await keyringOf(context);
  const key = requireNotPending(requireKey(KeyId, context, keyring));
  return answer(await keyring.change(key, "Disabled"));
};

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_RotateKeyOnDemand.html */
export const rotateKeyOnDemand: GroundwatchHandler<"RotateKeyOnDemand"> = async ({ KeyId }, context) => {
  const keyring = await keyringOf(context);
  const key = requireNotPending(requireKey(KeyId, context, keyring));
  if (key.state === "Disabled") throw invalidState(key, "is disabled");
  if (key.versions.length > maxRotations) {
    throw modelled(LimitExceededException, `Cannot exceed quota for on-demand rotations: ${maxRotations}`);
  }
  return answer(await keyring.rotate(key));
};

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html */
export const scheduleKeyDeletion: GroundwatchHandler<"ScheduleKeyDeletion"> = async (input, context) => {
  const keyring = await keyringOf(context);
  const key = requireNotPending(requireKey(input.KeyId, context, keyring));
  const deletionAt = context.call.now + (input.PendingWindowInDays ?? defaultWindowDays) * dayMs;
  return answer(await keyring.change(key, "PendingDeletion", deletionAt));
};

/** The key is disabled then. https://docs.aws.amazon.com/kms/latest/APIReference/API_CancelKeyDeletion.html */
export const cancelKeyDeletion: GroundwatchHandler<"CancelKeyDeletion"> = async ({ KeyId }, context) => {
  const keyring = await keyringOf(context);
  const key = requireKey(KeyId, context, keyring);
  if (key.state !== "PendingDeletion") throw invalidState(key, "is not pending deletion");
  return answer(await keyring.change(key, "Disabled"));
};

/** Of the caller's account and region. */
function requireKey(given: string, { call }: GroundwatchContext, keyring: Keyring): EncryptionKey {
  const { account, region } = call;
  const arn = given.startsWith("arn:") ? given : `arn:aws:kms:${region}:${account}:key/${given}`;
  const key = keyring.find(arn);
  if (key === undefined || !arn.startsWith(`arn:aws:kms:${region}:${account}:`)) {
    throw modelled(NotFoundException, `Key '${arn}' does not exist`);
  }
  return key;
}

function requireNotPending(key: EncryptionKey): EncryptionKey {
  if (key.state === "PendingDeletion") throw invalidState(key, "is pending deletion");
  return key;
}

const invalidState = ({ arn }: EncryptionKey, state: string) =>
  modelled(KMSInvalidStateException, `${arn} ${state}.`);

const idOf = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1);

const answer = (key: EncryptionKey) => ({ KeyMetadata: describe(key) });

function describe({ arn, state, description, createdAt, versions, deletionAt }: EncryptionKey) {
  return {
    KeyId: idOf(arn),
    Arn: arn,
    KeyState: state,
    Description: description,
    CreatedAt: createdAt,
    RotatedAt: versions.at(-1)?.createdAt ?? createdAt,
    Versions: versions.length,
    DeletionAt: deletionAt,
  };
}
