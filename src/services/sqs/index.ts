// The SQS API: queues, and the messages on them.
import * as sdk from "@aws-sdk/client-sqs";
import { defineService, type Service } from "../../wire/service.ts";
import type { Dependencies } from "../dependencies.ts";
import type { SqsContext } from "./context.ts";
import { limits } from "./limits.ts";
import { cancelMessageMoveTask, listMessageMoveTasks, startMessageMoveTask } from "./message-move-tasks.ts";
import { addPermission, removePermission } from "./permissions.ts";
import { getQueueAttributes, setQueueAttributes } from "./queue-attributes.ts";
import {
  createQueue,
  deleteQueue,
  getQueueUrl,
  listDeadLetterSourceQueues,
  listQueues,
  purgeQueue,
} from "./queues.ts";
import { receiveMessage } from "./receive-message.ts";
import {
  changeMessageVisibility,
  changeMessageVisibilityBatch,
  deleteMessage,
  deleteMessageBatch,
} from "./received-messages.ts";
import { sendMessage, sendMessageBatch } from "./send-message.ts";
import { listQueueTags, tagQueue, untagQueue } from "./tags.ts";

export function createSqsService(dependencies: Dependencies): Service {
  return defineService<typeof sdk, SqsContext>({
    name: "sqs",
    sdk,
    limits,
    handlers: {
      AddPermission: addPermission,
      CancelMessageMoveTask: cancelMessageMoveTask,
      ChangeMessageVisibility: changeMessageVisibility,
      ChangeMessageVisibilityBatch: changeMessageVisibilityBatch,
      CreateQueue: createQueue,
      DeleteMessage: deleteMessage,
      DeleteMessageBatch: deleteMessageBatch,
      DeleteQueue: deleteQueue,
      GetQueueAttributes: getQueueAttributes,
      GetQueueUrl: getQueueUrl,
      ListDeadLetterSourceQueues: listDeadLetterSourceQueues,
      ListMessageMoveTasks: listMessageMoveTasks,
      ListQueueTags: listQueueTags,
      ListQueues: listQueues,
      PurgeQueue: purgeQueue,
      ReceiveMessage: receiveMessage,
      RemovePermission: removePermission,
      SendMessage: sendMessage,
      SendMessageBatch: sendMessageBatch,
      SetQueueAttributes: setQueueAttributes,
      StartMessageMoveTask: startMessageMoveTask,
      TagQueue: tagQueue,
      UntagQueue: untagQueue,
    },
    limitations: {
      CreateQueue: [
        "`KmsMasterKeyId`, `KmsDataKeyReusePeriodSeconds` and `SqsManagedSseEnabled=true` are refused",
        "what comes from topics of its own account needs no policy, as long as the queue has none",
        "a name is free again at once when its queue was deleted",
      ],
      ReceiveMessage: [
        "`ReceiveRequestAttemptId` is refused",
        "messages in flight are not limited to 120,000",
        "a long poll waits by the machine's time, also under a manual clock",
      ],
      SetQueueAttributes: ["as CreateQueue"],
    },
    contextOf: (call) => ({ call, dependencies }),
  });
}
