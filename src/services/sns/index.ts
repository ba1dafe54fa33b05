// The SNS API: topics, who subscribes to them, and the messages that are published.
import * as sdk from "@aws-sdk/client-sns";
import { subscriptionOfArn, topicOfArn } from "../../core/notifications/topic.ts";
import { defineService, type Service } from "../../wire/service.ts";
import type { Dependencies } from "../dependencies.ts";
import type { SnsContext } from "./context.ts";
import { limits } from "./limits.ts";
import { addPermission, removePermission } from "./permissions.ts";
import { publish, publishBatch } from "./publish.ts";
import { getSubscriptionAttributes, setSubscriptionAttributes } from "./subscription-attributes.ts";
import { listSubscriptions, listSubscriptionsByTopic } from "./subscription-listings.ts";
import { confirmSubscription, subscribe, unsubscribe } from "./subscriptions.ts";
import { listTagsForResource, tagResource, untagResource } from "./tags.ts";
import { getTopicAttributes, setTopicAttributes } from "./topic-attributes.ts";
import { createTopic, deleteTopic, listTopics } from "./topics.ts";

export function createSnsService(dependencies: Dependencies): Service {
  return defineService<typeof sdk, SnsContext>({
    name: "sns",
    sdk,
    limits,
    handlers: {
      AddPermission: addPermission,
      ConfirmSubscription: confirmSubscription,
      CreateTopic: createTopic,
      DeleteTopic: deleteTopic,
      GetSubscriptionAttributes: getSubscriptionAttributes,
      GetTopicAttributes: getTopicAttributes,
      ListSubscriptions: listSubscriptions,
      ListSubscriptionsByTopic: listSubscriptionsByTopic,
      ListTagsForResource: listTagsForResource,
      ListTopics: listTopics,
      Publish: publish,
      PublishBatch: publishBatch,
      RemovePermission: removePermission,
      SetSubscriptionAttributes: setSubscriptionAttributes,
      SetTopicAttributes: setTopicAttributes,
      Subscribe: subscribe,
      TagResource: tagResource,
      Unsubscribe: unsubscribe,
      UntagResource: untagResource,
    },
    limitations,
    refusals,
    // The links in notifications; who has one was sent it.
    unsigned: {
      ConfirmSubscription: (query) => topicOfArn(query.get("TopicArn") ?? ""),
      Unsubscribe: (query) => subscriptionOfArn(query.get("SubscriptionArn") ?? ""),
    },
    contextOf: (call) => ({ call, dependencies }),
  });
}

const limitations = {
  CreateTopic: [
    "`DataProtectionPolicy`, `KmsMasterKeyId` and `TracingConfig` are refused",
    "so are archives and feedback roles",
  ],
  ListSubscriptions: ["those of the account's own topics, and none of others' topics"],
  Publish: ["to topics only: text messages and mobile push are refused"],
  SetSubscriptionAttributes: [
    "`throttlePolicy`, `ReplayPolicy` and `SubscriptionRoleArn` are refused",
    "a filter policy holds from the next message on",
  ],
  SetTopicAttributes: ["as CreateTopic"],
  Subscribe: [
    "the protocols `sms`, `application` and `firehose` are refused",
    "functions are invoked where `--service-endpoints` says that Lambda is, and nowhere without it",
  ],
};

const texts = "no text messages are sent";
const push = "nothing is pushed to mobile devices";
const protection = "message data protection is not there, with AWS neither for new customers";

const refusals = {
  CheckIfPhoneNumberIsOptedOut: texts,
  CreatePlatformApplication: push,
  CreatePlatformEndpoint: push,
  CreateSMSSandboxPhoneNumber: texts,
  DeleteEndpoint: push,
  DeletePlatformApplication: push,
  DeleteSMSSandboxPhoneNumber: texts,
  GetDataProtectionPolicy: protection,
  GetEndpointAttributes: push,
  GetPlatformApplicationAttributes: push,
  GetSMSAttributes: texts,
  GetSMSSandboxAccountStatus: texts,
  ListEndpointsByPlatformApplication: push,
  ListOriginationNumbers: texts,
  ListPhoneNumbersOptedOut: texts,
  ListPlatformApplications: push,
  ListSMSSandboxPhoneNumbers: texts,
  OptInPhoneNumber: texts,
  PutDataProtectionPolicy: protection,
  SetEndpointAttributes: push,
  SetPlatformApplicationAttributes: push,
  SetSMSAttributes: texts,
  VerifySMSSandboxPhoneNumber: texts,
};
