// CreateAccessKey, ListAccessKeys, DeleteAccessKey: who may sign requests under --auth iam.
import { modelled } from "../../wire/service.ts";
import { bearerTokenOf, newAccessKey } from "./access-key-store.ts";
import { LimitExceededException, ResourceNotFoundException } from "./errors.ts";
import type { GroundwatchHandler } from "./handlers.ts";
import { maxAccessKeys } from "./limits.ts";

/** Without a user name the key is one of the account's root. The secret and
 * the token are in this answer and in no other. */
export const createAccessKey: GroundwatchHandler<"CreateAccessKey"> = async (input, { call, own }) => {
  if (own.accessKeys.count() >= maxAccessKeys) {
    throw modelled(LimitExceededException, `Cannot exceed quota for AccessKeys: ${maxAccessKeys}`);
  }
  const { Account: account = call.account, UserName: userName } = input;
  const key = newAccessKey({ account, userName, createdAt: call.now });
  await own.accessKeys.add(key);
  return {
    AccessKeyId: key.accessKeyId,
    SecretAccessKey: key.secretAccessKey,
    BearerToken: bearerTokenOf(key),
    Account: account,
    CreatedAt: key.createdAt,
    UserName: userName,
  };
};

/** The keys of the caller's account that were made by CreateAccessKey. */
export const listAccessKeys: GroundwatchHandler<"ListAccessKeys"> = (_input, { call, own }) => ({
  AccessKeys: own.accessKeys.list(call.account).map(({ accessKeyId, account, createdAt, userName }) => ({
    AccessKeyId: accessKeyId,
    Account: account,
    CreatedAt: createdAt,
    UserName: userName,
  })),
});

export const deleteAccessKey: GroundwatchHandler<"DeleteAccessKey"> = async (
  { AccessKeyId },
  { call, own },
) => {
  if (!(await own.accessKeys.delete(call.account, AccessKeyId))) {
    throw modelled(
      ResourceNotFoundException,
      `The Access Key with id ${AccessKeyId} cannot be found in account ${call.account}.`,
    );
  }
  return {};
};
