// The constraints of members of SNS's inputs that its service description has; all else is checked by the
// handlers, in SNS's words.
import { parseLimits } from "../../wire/limits.ts";

/**
 * From the service description in botocore 1.43.11; `parseLimits` explains the notation.
 * https://docs.aws.amazon.com/sns/latest/api/
 */
export const limits = parseLimits(`
ListOriginationNumbersRequest.MaxResults integer 1..30
ListSMSSandboxPhoneNumbersInput.MaxResults integer 1..100
ListTagsForResourceRequest.ResourceArn 1..1011
Tag.Key 1..128
Tag.Value ..256
TagResourceRequest.ResourceArn 1..1011
UntagResourceRequest.ResourceArn 1..1011
UntagResourceRequest.TagKeys [ 1..128 ]
`);
