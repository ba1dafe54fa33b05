// `logcompare`: the patterns of the query's span of time against those of one that is shifted back.
import { durationMs } from "../periods.ts";
import type { LogCompare } from "../query-tree.ts";
import { commandPage, type CommandDefinition } from "./define.ts";
import { comparePatterns } from "./pattern.ts";

/**
 * `logcompare timeshift 7d`. AWS documents neither what is compared nor the columns; these are those of
 * `diff`, which compares with some spans of time that have a name.
 */
export const logcompare: CommandDefinition<LogCompare> = {
  name: "logcompare",
  doc: commandPage("Logcompare"),
  parse(reader, start) {
    reader.expectWord("timeshift");
    const token = reader.peek();
    if (token.kind !== "period") {
      return reader.refuse("a time period such as 7d is expected", token.span);
    }
    reader.next();
    return { kind: "logcompare", shift: token, span: reader.spanFrom(start) };
  },
  print: ({ shift }) => `logcompare timeshift ${shift.count}${shift.unit}`,
  compile({ shift, span }, compiler) {
    const { from, to } = compiler.pipeline.scope;
    const ms = durationMs(compiler.period(shift));
    if (ms === undefined) return compiler.refuse("timeshift takes at most weeks", shift);
    comparePatterns(compiler, span, { from: from - ms, to: to - ms });
  },
};
