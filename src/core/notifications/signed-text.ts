// What of a notification its signature proves.

/** The fields of a notification or confirmation as subscribers get them. */
export interface SignedFields {
  readonly Type: string;
  readonly MessageId: string;
  readonly TopicArn: string;
  readonly Subject?: string;
  readonly Message: string;
  readonly Timestamp: string;
  readonly Token?: string;
  readonly SubscribeURL?: string;
}

const ofNotifications = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"] as const;
const ofConfirmations = [
  "Message",
  "MessageId",
  "SubscribeURL",
  "Timestamp",
  "Token",
  "TopicArn",
  "Type",
] as const;

/** https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html */
export function signedText(fields: SignedFields): string {
  const names = fields.Type === "Notification" ? ofNotifications : ofConfirmations;
  return names.flatMap((name) => (fields[name] === undefined ? [] : [`${name}\n${fields[name]}\n`])).join("");
}
