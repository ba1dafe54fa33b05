// Finds the alarm that an image shows.
import { withAlarm } from "../../core/widgets/alarm-graph.ts";
import type { Widget } from "../../core/widgets/widget.ts";
import { callInRegion } from "../../wire/call-context.ts";
import type { CloudWatchContext } from "./context.ts";
import { validation } from "./metric-data-queries.ts";
import { findAlarm } from "./stored-alarms.ts";

const alarmArn = /^arn:[\w-]+:cloudwatch:([\w-]+):(\d{12}):alarm:(.+)$/;

/**
 * The widget with what its alarm, if it names one, says about the graph.
 * @throws ValidationException for an alarm that is not there, elsewhere, or on no metrics
 */
export async function withItsAlarm(widget: Widget, context: CloudWatchContext): Promise<Widget> {
  const { alarmArn: arn, region: wanted = context.call.region } = widget;
  if (arn === undefined) return widget;
  const refused = (words: string) => validation(`Invalid MetricWidget: /annotations/alarms ${arn} ${words}`);
  const [, region, account, name] = alarmArn.exec(arn) ?? [];
  if (name === undefined || region === undefined) throw refused("is not the ARN of an alarm");
  if (region !== wanted) throw refused(`cannot be in an image of ${wanted}`);
  const here = { ...context, call: callInRegion(context.call, region) };
  const found = account === context.call.account ? await findAlarm(here, name) : undefined;
  if (found === undefined) throw refused("does not exist");
  const { value: alarm } = found;
  const drawn = alarm.type === "MetricAlarm" ? withAlarm(widget, alarm) : undefined;
  if (drawn === undefined) throw refused("is not an alarm on metrics");
  return drawn;
}
