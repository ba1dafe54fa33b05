// `sessionize`: events with the same fields and no long pause between them get the same identifier.
import { joinSql, sql } from "../../sql.ts";
import { fixedPeriodMs } from "../periods.ts";
import { printField, printName } from "../print-expression.ts";
import { InsightsQueryError } from "../query-error.ts";
import type { Command } from "../query-tree.ts";
import { asText } from "../value.ts";
import { commandPage, type CommandDefinition } from "./define.ts";

type Sessionize = Extract<Command, { kind: "sessionize" }>;

const defaultGapMs = 30 * 60_000;

/** `sessionize field, ... [maxspan 1h] [as name]`: identifiers are stable for the same events. */
export const sessionize: CommandDefinition<Sessionize> = {
  name: "sessionize",
  doc: commandPage("Sessionize"),
  parse(reader, start) {
    const fields = reader.list(() => reader.field());
    const token = reader.takeWord("maxspan") ? reader.next() : undefined;
    if (token !== undefined && token.kind !== "period") {
      return reader.refuse("a time period such as 30m is expected", token.span);
    }
    const gap = token && ({ ...token, kind: "period" } as const);
    const alias = reader.takeWord("as") ? reader.alias() : undefined;
    return { kind: "sessionize", fields, gap, alias, span: reader.spanFrom(start) };
  },
  print({ fields, gap, alias }) {
    const pause = gap === undefined ? "" : ` maxspan ${gap.count}${gap.unit}`;
    const name = alias === undefined ? "" : ` as ${printName(alias)}`;
    return `sessionize ${fields.map(printField).join(", ")}${pause}${name}`;
  },
  compile({ fields, gap, alias = "session_id", span }, compiler) {
    const { pipeline } = compiler;
    if (!pipeline.hasEvents) throw new InsightsQueryError("sessions are made of log events", span);
    const gapMs = gap === undefined ? defaultGapMs : fixedPeriodMs(compiler.period(gap));
    if (gapMs === undefined) throw new InsightsQueryError("maxspan takes at most days", span);
    const keys = joinSql(
      fields.map((field) => sql`ifNull(${asText(compiler.field(field)).sql}, '')`),
      ", ",
    );
    const window = sql`PARTITION BY ${keys} ORDER BY timestamp, sequence ROWS UNBOUNDED PRECEDING`;
    const at = sql`toUnixTimestamp64Milli(timestamp)`;
    const isFirst = sql`(${at} - lagInFrame(${at}) OVER (${window}) > ${gapMs})`;
    const begins = pipeline.defineInOrder(alias, () => {
      return { sql: isFirst, type: "boolean", nullable: false };
    });
    const count = sql`toString(sum(${begins.sql}) OVER (${window}))`;
    const session = pipeline.defineInOrder(alias, () => {
      return {
        sql: sql`concat(lower(hex(cityHash64(${keys}))), '-', ${count})`,
        type: "text",
        nullable: false,
      };
    });
    pipeline.put({ name: alias, value: session });
  },
};
