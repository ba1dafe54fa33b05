// What the definitions of metric and composite alarms have in common: actions, tags, names.
import { alarmArn, alarmLimits, type Alarm, type TagPropagation } from "../../core/alarms/alarm.ts";
import { parseRenotifyMinutes, renotifyTag } from "../../core/alarms/repeated-actions.ts";
import { checkedActions, refuseInstanceActions, type WatchedMetric } from "./alarm-action-input.ts";
import { validationError } from "./alarm-errors.ts";
import type { CloudWatchContext } from "./context.ts";

interface CommonInput extends WatchedMetric {
  readonly AlarmName: string;
  readonly AlarmDescription?: string | undefined;
  readonly ActionsEnabled?: boolean | undefined;
  readonly OKActions?: readonly string[] | undefined;
  readonly AlarmActions?: readonly string[] | undefined;
  readonly InsufficientDataActions?: readonly string[] | undefined;
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[] | undefined;
  readonly ActionConfiguration?:
    | {
        readonly AlarmTagsPropagation?:
          | {
              readonly Enabled: boolean;
              readonly IncludedTagKeys?: readonly string[] | undefined;
              readonly ExcludedTagKeys?: readonly string[] | undefined;
            }
          | undefined;
      }
    | undefined;
}

/** The members of an alarm that both kinds have. State and tags of an alarm that is there already stay. */
export type CommonAlarm = Omit<
  Pick<Alarm, Exclude<keyof Alarm, "type">>,
  "state" | "createdAt" | "configuredAt" | "tags" | "held"
>;

/** @throws ValidationException in AWS's words. */
export function commonAlarm(input: CommonInput, { call }: CloudWatchContext): CommonAlarm {
  if (/\p{Cc}/u.test(input.AlarmName)) {
    throw validationError("AlarmName must not contain control characters");
  }
  const propagation = tagPropagation(input);
  refuseInstanceActions(input);
  return {
    name: input.AlarmName,
    arn: alarmArn(call.account, call.region, input.AlarmName),
    ...(input.AlarmDescription === undefined ? {} : { description: input.AlarmDescription }),
    actionsEnabled: input.ActionsEnabled ?? true,
    okActions: checkedActions(input.OKActions, call.region),
    alarmActions: checkedActions(input.AlarmActions, call.region),
    insufficientDataActions: checkedActions(input.InsufficientDataActions, call.region),
    ...(propagation === undefined ? {} : { tagPropagation: propagation }),
  };
}

function tagPropagation({ ActionConfiguration }: CommonInput): TagPropagation | undefined {
  const wanted = ActionConfiguration?.AlarmTagsPropagation;
  if (wanted === undefined) return undefined;
  const { Enabled: enabled, IncludedTagKeys: included, ExcludedTagKeys: excluded } = wanted;
  if (included !== undefined && excluded !== undefined) {
    throw validationError("You can't specify both IncludedTagKeys and ExcludedTagKeys");
  }
  return {
    enabled,
    ...(included === undefined ? {} : { includedKeys: included }),
    ...(excluded === undefined ? {} : { excludedKeys: excluded }),
  };
}

type Tags = Readonly<Record<string, string>>;

/**
 * Tags with others added or replaced: https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html
 * @throws ValidationException for more than there may be, and for AWS's own prefix.
 */
export function withTags(
  before: Tags,
  added: readonly { readonly Key: string; readonly Value: string }[] = [],
): Tags {
  if (added.some(({ Key }) => /^aws:/i.test(Key))) {
    throw validationError("Tag keys that begin with aws: are reserved.");
  }
  const minutes = added.find(({ Key }) => Key === renotifyTag)?.Value;
  if (minutes !== undefined && parseRenotifyMinutes(minutes) === undefined) {
    throw validationError(`The value of the tag ${renotifyTag} must be a number of minutes from 1 to 10080.`);
  }
  const tags = { ...before, ...Object.fromEntries(added.map(({ Key, Value }) => [Key, Value])) };
  if (Object.keys(tags).length > alarmLimits.tags) {
    throw validationError(`A resource can have at most ${alarmLimits.tags} tags.`);
  }
  return tags;
}
