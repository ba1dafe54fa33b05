// `groundwatch explain`: why an alarm is, or was, in its state.
import { parseWords, renderOptions, text, UsageError, valuesOf, type Options } from "../server/options.ts";
import type { OperationOutput } from "../services/groundwatch/schema-types.ts";
import { renderCommandHelp } from "./commands.ts";
import { clientOptions, parseTime, serverNow } from "./logs-client.ts";
import { askingServer } from "./own-client.ts";

const options = {
  at: text("TIME", { default: undefined, help: "the evaluation at that time: 10m, 2026-11-02T12:00:00Z" }),
  ...clientOptions,
} satisfies Options;

export async function explain(words: readonly string[]): Promise<void> {
  const { given, rest, help } = parseWords(options, words);
  if (help) {
    process.stdout.write(renderCommandHelp("explain", renderOptions(options)));
    return;
  }
  const values = valuesOf(options, given);
  const [AlarmName, surplus] = rest;
  if (AlarmName === undefined || surplus !== undefined) {
    throw new UsageError("explain needs the name of one alarm: see groundwatch explain --help");
  }
  const at =
    values.at === undefined ? {} : { At: parseTime("--at", values.at, await serverNow(values.endpoint)) };
  const explained = await askingServer(values, (client) => client.explainAlarm({ AlarmName, ...at }));
  process.stdout.write(values.json ? `${JSON.stringify(explained)}\n` : renderExplanation(explained));
}

type Explanation = OperationOutput<"ExplainAlarm">;
type Datapoint = NonNullable<Explanation["Datapoints"]>[number];

export function renderExplanation(explained: Explanation): string {
  const { AlarmName, State, StateSince, StateBefore, EvaluatedAt, WindowFrom, WindowTo } = explained;
  const { PeriodSeconds, Contributors = [], RuleParts = [], Datapoints = [], HeldBack } = explained;
  const window =
    WindowFrom === undefined || WindowTo === undefined
      ? ""
      : `, periods of ${PeriodSeconds} s from ${timeOf(WindowFrom)} to ${timeOf(WindowTo)}`;
  return [
    `${AlarmName} is in ${State} since ${timeOf(StateSince)}, before this evaluation in ${StateBefore}`,
    `evaluated at ${timeOf(EvaluatedAt)}${window}`,
    "",
    ...Datapoints.map(datapointLine),
    ...Contributors.flatMap(contributorLines),
    ...RuleParts.map(
      ({ Depth, Holds, Sentence }) => `  ${"  ".repeat(Depth)}${Holds ? "yes" : "no "}  ${Sentence}`,
    ),
    explained.Decision,
    ...explained.Notes,
    ...(HeldBack === undefined ? [] : [HeldBack]),
    ...explained.Actions.map(({ ActionArn, Sentence }) => `action ${ActionArn}: ${Sentence}`),
    "",
  ].join("\n");
}

const datapointLine = ({ StartAt, Sentence }: Datapoint) => `  ${timeOf(StartAt)}  ${Sentence}`;

type Contributor = NonNullable<Explanation["Contributors"]>[number];

function contributorLines({ Attributes, State, Decision, Datapoints }: Contributor): readonly string[] {
  const names = Attributes.map(({ Name, Value }) => `${Name}=${Value}`).join(" ");
  return [`${names} is in ${State}: ${Decision}`, ...Datapoints.map(datapointLine)];
}

/** Whole seconds are enough for periods. */
const timeOf = (instant: number) => new Date(instant).toISOString().replace(/\.000Z$/, "Z");
