// ExplainAlarm: why an alarm is, or was, in its state: what it saw, which rule decided, what followed.
import type { Alarm, CompositeAlarm, MetricAlarm } from "../../core/alarms/alarm.ts";
import { alarmTypeOf, isComputed } from "../../core/alarms/alarm.ts";
import type { AlarmState } from "../../core/alarms/alarm-state.ts";
import { alarmWindow, evaluationStepMs } from "../../core/alarms/alarm-window.ts";
import { alarmNameOf, childrenOf, holds } from "../../core/alarms/composite-rule/expression.ts";
import { isRuleProblem, parseRule } from "../../core/alarms/composite-rule/parse.ts";
import { evaluateMetricAlarm, ruleOfReading } from "../../core/alarms/evaluate-metric-alarm.ts";
import type { Evaluation } from "../../core/alarms/evaluate-alarm.ts";
import { explainEvaluation } from "../../core/alarms/explain/explain-evaluation.ts";
import { explainRule } from "../../core/alarms/explain/explain-rule.ts";
import { definitionAt, stateAt, type PastState } from "../../storage/alarm-past.ts";
import { alarmScope, alarmsOf } from "../../storage/alarms.ts";
import { modelled } from "../../wire/service.ts";
import { explainPromqlAlarm } from "./explain-promql.ts";
import { explainActions, heldBack, mutingRules } from "./explain-actions.ts";
import type { GroundwatchContext } from "./context.ts";
import { ResourceNotFoundException, ValidationException } from "./errors.ts";
import type { GroundwatchHandler } from "./handlers.ts";
import type { OperationOutput } from "./schema-types.ts";

type Explanation = OperationOutput<"ExplainAlarm">;

/** An evaluation that is explained: the alarm as it was defined then, and the states around that instant. */
interface Explained<Kind extends Alarm = Alarm> {
  readonly alarm: Kind;
  readonly evaluatedAt: number;
  readonly asOf: number;
  readonly before: PastState;
  readonly recorded: PastState;
}

/**
 * The last evaluation at or before `At`, computed again by the definition of that time from the data as it is
 * stored now. The notes tell what is newer than the evaluation.
 */
export const explainAlarm: GroundwatchHandler<"ExplainAlarm"> = async ({ AlarmName, At }, context) => {
  const { call, dependencies } = context;
  const found = await alarmsOf(dependencies.state).get(alarmScope(call), AlarmName);
  if (found === undefined) throw modelled(ResourceNotFoundException, `There is no alarm ${AlarmName}.`);
  if (At !== undefined && At > call.now) throw modelled(ValidationException, "At must not be in the future.");
  const today = found.value;
  const { alarm, notes, ...instants } = await evaluationAt(today, At ?? call.now, context);
  const { evaluatedAt } = instants;
  const explained = {
    ...instants,
    before: await stateAt(dependencies.state, call, today, evaluatedAt - 1),
    recorded: await stateAt(dependencies.state, call, today, evaluatedAt),
  };
  const own =
    alarm.type === "MetricAlarm"
      ? await explainMetricAlarm({ ...explained, alarm }, context)
      : await explainComposite({ ...explained, alarm }, context);
  const { recorded } = explained;
  const mutedBy = await mutingRules(context, alarm, evaluatedAt);
  const held = heldBack(today, recorded.since);
  return {
    AlarmName,
    AlarmType: alarmTypeOf(alarm),
    EvaluatedAt: evaluatedAt,
    State: recorded.value,
    StateSince: recorded.since,
    StateBefore: explained.before.value,
    ...own,
    Notes: [...notes, ...transitionNotes(explained), ...own.Notes],
    Actions: await explainActions(context, alarm, recorded, { mutedBy, held }),
    MutedBy: [...mutedBy],
    ...(held === undefined ? {} : { HeldBack: held }),
  };
};

/** Which evaluation an instant stands for, and by which definition it was made. */
interface PastEvaluation {
  readonly alarm: Alarm;
  readonly asOf: number;
  readonly evaluatedAt: number;
  readonly notes: readonly string[];
}

async function evaluationAt(today: Alarm, at: number, context: GroundwatchContext): Promise<PastEvaluation> {
  const { call, dependencies, own } = context;
  const ofToday = instantsOf(today, at, own.alarms.settleMs);
  const { createdAt, configuredAt } = today;
  if (createdAt > ofToday.evaluatedAt) {
    return { alarm: today, ...ofToday, notes: ["The alarm was created after this evaluation."] };
  }
  // A definition that was written at the very instant of an evaluation came after it.
  const definedBy = today.type === "MetricAlarm" ? ofToday.evaluatedAt - 1 : ofToday.evaluatedAt;
  if (configuredAt <= definedBy || createdAt > definedBy) return { alarm: today, ...ofToday, notes: [] };
  const changedAt = new Date(configuredAt).toISOString();
  const changed = `The definition was changed at ${changedAt}, after this evaluation`;
  const alarm = await definitionAt(dependencies.state, call, today.name, definedBy);
  if (alarm === undefined) {
    const note = `${changed}; the history no longer has the one of then, so today's is explained.`;
    return { alarm: today, ...ofToday, notes: [note] };
  }
  const instants = instantsOf(alarm, at, own.alarms.settleMs);
  return { alarm, ...instants, notes: [`${changed}; the one of then is explained.`] };
}

/** Composite alarms are decided whenever something changes, so any instant is one of an evaluation. */
function instantsOf(alarm: Alarm, at: number, settleMs: number) {
  if (alarm.type === "CompositeAlarm") return { asOf: at, evaluatedAt: at };
  const intervalMs = evaluationStepMs(alarm);
  const asOf = Math.floor((at - settleMs) / intervalMs) * intervalMs;
  return { asOf, evaluatedAt: asOf + settleMs };
}

type OwnPart = Pick<Explanation, "Decision" | "Notes"> & Partial<Explanation>;

async function explainMetricAlarm(
  { alarm, asOf, evaluatedAt, before, recorded }: Explained<MetricAlarm>,
  { call, dependencies, own }: GroundwatchContext,
): Promise<OwnPart> {
  const window = alarmWindow(alarm, asOf);
  const readings = await own.alarms.reader.readWindows(call, [{ alarm, window }], dependencies.clock.now());
  const reading = readings.get(alarm.name);
  if (reading === undefined) return { Decision: "Nothing can be read for this alarm.", Notes: [] };
  if (alarm.promql !== undefined) return explainPromqlAlarm(alarm, alarm.promql, reading, call.now);
  const rule = ruleOfReading(alarm, reading);
  const then: MetricAlarm = { ...alarm, state: { ...alarm.state, value: before.value } };
  const { evaluation, decisions, state, isWarmingUp } = evaluateMetricAlarm(then, reading, evaluatedAt);
  const isMany = decisions.length > 0;
  const { decision } = explainEvaluation(rule, evaluation);
  const computed = isWarmingUp ? before.value : (state?.value ?? (isMany ? before.value : evaluation.state));
  return {
    Decision: isMany ? (state?.reason ?? alarm.state.reason) : decision,
    DecidedBy: isMany ? "contributors" : evaluation.decidedBy,
    WindowFrom: window.from,
    WindowTo: window.to,
    PeriodSeconds: window.periodSeconds,
    Datapoints: isMany ? [] : datapointsOf(rule, evaluation),
    ...(reading.contributors === undefined
      ? {}
      : {
          Contributors: decisions.map(({ identity, evaluation: one }) => ({
            ContributorId: identity.id,
            Attributes: Object.entries(identity.attributes).map(([Name, Value]) => ({ Name, Value })),
            State: one.state,
            DecidedBy: one.decidedBy,
            Decision: explainEvaluation(rule, one).decision,
            Datapoints: datapointsOf(rule, one),
          })),
        }),
    Notes: [
      ...(reading.problem === undefined ? [] : [problemNote(alarm, reading.problem)]),
      ...(reading.isPartial === true ? ["The query finds more than it looks at."] : []),
      ...(isWarmingUp ? ["The alarm was warming up, so it stayed as it was."] : []),
      ...(computed === recorded.value ? [] : [differs(computed, recorded.value)]),
    ],
  };
}

const problemNote = (alarm: MetricAlarm, problem: string) =>
  `The ${isComputed(alarm) ? "expression cannot be computed" : "metric cannot be read"}: ${problem}`;

const differs = (computed: AlarmState, recorded: AlarmState) =>
  `By the data that is stored now the alarm would be in ${computed}, while it was in ${recorded}: ` +
  "data came later, or a caller had set the state.";

function datapointsOf(rule: Parameters<typeof explainEvaluation>[0], evaluation: Evaluation) {
  return explainEvaluation(rule, evaluation).periods.map(
    ({ startAt, datapoint, verdict, use, sentence }) => ({
      StartAt: startAt,
      Verdict: verdict,
      Use: use,
      Sentence: sentence,
      Value: datapoint?.value,
      SampleCount: datapoint?.sampleCount,
      LowerBound: datapoint?.band?.lower,
      UpperBound: datapoint?.band?.upper,
    }),
  );
}

async function explainComposite(
  { alarm, evaluatedAt, recorded }: Explained<CompositeAlarm>,
  { call, dependencies }: GroundwatchContext,
): Promise<OwnPart> {
  const expression = parseRule(alarm.rule);
  if (isRuleProblem(expression)) return { Decision: "The rule cannot be read.", Notes: [] };
  const names = childrenOf(expression).map(alarmNameOf);
  const children = await alarmsOf(dependencies.state).getMany(alarmScope(call), [...new Set(names)]);
  const states = new Map<string, AlarmState>();
  for (const { key, value } of children) {
    if (value.createdAt > evaluatedAt) continue;
    states.set(key, (await stateAt(dependencies.state, call, value, evaluatedAt)).value);
  }
  const stateOf = (child: string) => states.get(alarmNameOf(child));
  const decided = holds(expression, stateOf) ? "ALARM" : "OK";
  return {
    Decision: `The rule ${decided === "ALARM" ? "holds" : "does not hold"}: ${decided}.`,
    DecidedBy: "rule",
    RuleParts: explainRule(expression, stateOf).map(
      ({ depth, expression: part, holds: isTrue, alarm: of, state, sentence }) => ({
        Depth: depth,
        Expression: part,
        Holds: isTrue,
        Sentence: sentence,
        AlarmName: of,
        State: state,
      }),
    ),
    Notes:
      decided === recorded.value
        ? []
        : [`The alarm was in ${recorded.value}: a caller had set it, it is new, or on a cycle of alarms.`],
  };
}

function transitionNotes({
  evaluatedAt,
  before,
  recorded,
}: Pick<Explained, "evaluatedAt" | "before" | "recorded">): readonly string[] {
  if (recorded.since !== evaluatedAt || before.value === recorded.value) return [];
  return [`The alarm went from ${before.value} to ${recorded.value} at this evaluation.`];
}
