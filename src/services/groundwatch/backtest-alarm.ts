// BacktestAlarm: when an alarm, or one that is not there yet, would have changed its state.
import { isComputed, type MetricAlarm } from "../../core/alarms/alarm.ts";
import { backtestInstants } from "../../core/alarms/backtest.ts";
import { runBacktest } from "../../storage/alarm-backtest.ts";
import { alarmScope, alarmsOf } from "../../storage/alarms.ts";
import { modelled } from "../../wire/service.ts";
import type { GroundwatchContext } from "./context.ts";
import { ResourceNotFoundException, ValidationException } from "./errors.ts";
import type { GroundwatchHandler } from "./handlers.ts";
import { maximumEvaluations, maximumTransitions } from "./limits-alarms.ts";
import type { OperationInput } from "./schema-types.ts";

/**
 * The alarm begins at `From` as a new one, and sees at every evaluation what is stored now, data that came
 * late included. Nothing is written, and no action is performed.
 */
export const backtestAlarm: GroundwatchHandler<"BacktestAlarm"> = async (input, context) => {
  const { call, own } = context;
  const { From: from, To: to = call.now } = input;
  if (to > call.now || from >= to) {
    throw modelled(ValidationException, "From must be before To, and To not in the future.");
  }
  const alarm = await alarmOf(input, context);
  const { reader, settleMs } = own.alarms;
  const instants = backtestInstants(alarm, from - settleMs, to - settleMs);
  requireFew(alarm, instants.length);
  const question = { world: call, alarm, instants, settleMs, now: call.now, signal: call.signal };
  const { transitions, state } = await runBacktest(reader, question);
  return {
    From: from,
    To: to,
    Evaluations: instants.length,
    StateAtEnd: state,
    Transitions: transitions.slice(0, maximumTransitions).map((one) => ({
      At: one.at,
      StateBefore: one.from,
      State: one.to,
      Reason: one.reason,
    })),
    IsTruncated: transitions.length > maximumTransitions,
  };
};

async function alarmOf(
  { AlarmName: name, Definition: definition }: OperationInput<"BacktestAlarm">,
  { call, dependencies, own }: GroundwatchContext,
): Promise<MetricAlarm> {
  if (definition !== undefined && name === undefined) {
    const alarm = await own.alarms.define(definition, call, call.now);
    if ("problem" in alarm) throw modelled(ValidationException, alarm.problem);
    return alarm;
  }
  if (name === undefined || definition !== undefined) {
    throw modelled(ValidationException, "Exactly one of AlarmName and Definition must be given.");
  }
  const alarm = (await alarmsOf(dependencies.state).get(alarmScope(call), name))?.value;
  if (alarm === undefined) throw modelled(ResourceNotFoundException, `There is no alarm ${name}.`);
  if (alarm.type !== "MetricAlarm") {
    throw modelled(ValidationException, `${name} is a composite alarm: back-test the alarms in its rule.`);
  }
  if (alarm.logs !== undefined) {
    throw modelled(ValidationException, `${name} is a log alarm: its query is only run on its schedule.`);
  }
  return alarm;
}

function requireFew(alarm: MetricAlarm, evaluations: number): void {
  const isQuery = isComputed(alarm) || alarm.promql !== undefined;
  const limit = isQuery ? maximumEvaluations.expressions : maximumEvaluations.metrics;
  if (evaluations <= limit) return;
  throw modelled(
    ValidationException,
    `The range has ${evaluations} evaluations, more than ${limit} for this alarm: choose a shorter one.`,
  );
}
