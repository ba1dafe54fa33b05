// What a person reads in the e-mail of an alarm, in place of the JSON that programs get.

/** The members of CloudWatch's notification that are told (`action-message.ts`). */
interface Notification {
  readonly AlarmName: string;
  readonly AlarmDescription: string | null;
  readonly AWSAccountId: string;
  readonly NewStateValue: string;
  readonly NewStateReason: string;
  readonly StateChangeTime: string;
  readonly Region: string;
  readonly AlarmArn: string;
  readonly OldStateValue: string;
  readonly AlarmRule?: string;
  readonly LogLines?: readonly Readonly<Record<string, string>>[];
  readonly Trigger?: {
    readonly MetricName?: string;
    readonly Namespace?: string;
    readonly Dimensions?: readonly { readonly name: string; readonly value: string }[];
    readonly Period?: number;
    readonly Statistic?: string;
    readonly ExtendedStatistic?: string;
    readonly ComparisonOperator?: string;
    readonly Threshold?: number;
    readonly EvaluationPeriods?: number;
    readonly DatapointsToAlarm?: number;
    readonly EvaluationCriteria?: { readonly PromQLCriteria: { readonly Query: string } };
  };
  readonly AlarmContributorAttributes?: Readonly<Record<string, string>>;
}

/** CloudWatch tells these in mails too; the words are ours. @param body the notification as JSON */
export function mailText(body: string): string {
  const told = JSON.parse(body) as Notification;
  const facts: readonly (readonly [name: string, value: string | undefined])[] = [
    ["Alarm", told.AlarmName],
    ["Description", told.AlarmDescription ?? undefined],
    ["State", `${told.OldStateValue} -> ${told.NewStateValue}`],
    ["Reason", told.NewStateReason],
    ["Time", told.StateChangeTime],
    ["Account", told.AWSAccountId],
    ["ARN", told.AlarmArn],
    ["Rule", told.AlarmRule],
    ["Contributor", contributorText(told.AlarmContributorAttributes)],
    ["Query", told.Trigger?.EvaluationCriteria?.PromQLCriteria.Query],
    ...triggerFacts(told.Trigger ?? {}),
  ];
  const lines = facts.flatMap(([name, value]) =>
    value === undefined ? [] : [`${`${name}:`.padEnd(13)}${value}`],
  );
  const first = `The alarm "${told.AlarmName}" in ${told.Region} is in the state ${told.NewStateValue}.`;
  const logLines = (told.LogLines ?? []).map((line) => Object.values(line).join(" "));
  const quoted = logLines.length === 0 ? [] : ["Log lines:", ...logLines, ""];
  return [first, "", ...lines, "", ...quoted].join("\n");
}

const contributorText = (attributes: Notification["AlarmContributorAttributes"]) =>
  attributes &&
  Object.entries(attributes)
    .map(([name, value]) => `${name} = ${value}`)
    .join(", ");

function triggerFacts(trigger: NonNullable<Notification["Trigger"]>): readonly (readonly [string, string])[] {
  const { ComparisonOperator: operator, Threshold: threshold, EvaluationPeriods: periods = 1 } = trigger;
  const { MetricName: metric, Namespace: namespace, Dimensions: dimensions = [], Period: seconds } = trigger;
  const statistic = trigger.Statistic ?? trigger.ExtendedStatistic ?? "";
  const labels = dimensions.map(({ name, value }) => `${name} = ${value}`).join(", ");
  const needed = trigger.DatapointsToAlarm ?? periods;
  return [
    ...(operator === undefined || threshold === undefined
      ? []
      : [["Threshold", `${operator} ${threshold} for ${needed} of ${periods} periods`] as const]),
    ...(metric === undefined || namespace === undefined
      ? []
      : [["Metric", `${namespace} ${metric}, ${statistic} over ${seconds} seconds`] as const]),
    ...(labels === "" ? [] : [["Dimensions", labels] as const]),
  ];
}
