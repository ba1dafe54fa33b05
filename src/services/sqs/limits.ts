// Which numbers of SQS's inputs and outputs are integers; all else is checked by the handlers, in SQS's
// words.
import { parseLimits } from "../../wire/limits.ts";

/**
 * From the service description in botocore 1.43.11, which has no lengths, ranges or patterns for SQS;
 * `parseLimits` explains the notation.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/
 */
export const limits = parseLimits(`
CancelMessageMoveTaskResult.ApproximateNumberOfMessagesMoved long
ChangeMessageVisibilityBatchRequestEntry.VisibilityTimeout integer
ChangeMessageVisibilityRequest.VisibilityTimeout integer
ListDeadLetterSourceQueuesRequest.MaxResults integer
ListMessageMoveTasksRequest.MaxResults integer
ListMessageMoveTasksResultEntry.ApproximateNumberOfMessagesMoved long
ListMessageMoveTasksResultEntry.ApproximateNumberOfMessagesToMove long
ListMessageMoveTasksResultEntry.MaxNumberOfMessagesPerSecond integer
ListMessageMoveTasksResultEntry.StartedTimestamp long
ListQueuesRequest.MaxResults integer
ReceiveMessageRequest.MaxNumberOfMessages integer
ReceiveMessageRequest.VisibilityTimeout integer
ReceiveMessageRequest.WaitTimeSeconds integer
SendMessageBatchRequestEntry.DelaySeconds integer
SendMessageRequest.DelaySeconds integer
StartMessageMoveTaskRequest.MaxNumberOfMessagesPerSecond integer
`);
