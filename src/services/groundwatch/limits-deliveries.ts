// Constraints of the own service's operation on deliveries.

export const deliveryLimitLines = `
ListDeliveryAttemptsRequest.SourceArn 1..1600
ListDeliveryAttemptsRequest.TargetArn 1..1600
ListDeliveryAttemptsRequest.MessageId 1..100
ListDeliveryAttemptsRequest.Outcome (Succeeded|Failed|GivenUp)
ListDeliveryAttemptsRequest.MaxResults integer 1..1000
ListDeliveryAttemptsRequest.NextToken 1..2048
DeliveryAttempt.Attempt integer
DeliveryAttempt.AttemptedAt long
DeliveryAttempt.NextAttemptAt long
`.trim();
