// Compiles a rule of Contributor Insights to ClickHouse: who contributed, how much, and which events count.
import { joinSql, rawSql, sql, type Sql } from "../sql.ts";
import type { InsightRule, RuleField, RuleFilter } from "./rule.ts";

export interface CompiledRule {
  /** An array of texts; an element is NULL where the event does not have the field. */
  readonly keys: Sql;
  /** A number, or NULL. */
  readonly value: Sql;
  /** Holds for events that every filter lets through. */
  readonly condition: Sql;
}

/** `message` is the text of the event. */
export function compileRule(rule: InsightRule, message: Sql): CompiledRule {
  const { keys, summedField, filters } = rule;
  const texts = keys.map((field) => textOf(field, message));
  const present = texts.map((text) => sql`${text} IS NOT NULL`);
  return {
    keys: sql`[${joinSql(
      texts.map((text) => sql`assumeNotNull(${text})`),
      ", ",
    )}]`,
    value: summedField === undefined ? rawSql("toFloat64(1)") : numberOf(summedField, message),
    condition: joinSql(
      [
        ...present,
        ...(summedField === undefined ? [] : [sql`${numberOf(summedField, message)} IS NOT NULL`]),
        ...filters.map((filter) => conditionOf(filter, message)),
      ],
      " AND ",
    ),
  };
}

/** A Nullable(String): the leaf of a JSON document, or what stands at a place of a line. */
function textOf(field: RuleField, message: Sql): Sql {
  if (field.kind === "clf") {
    const whole = sql`arrayElement(${clfFields(message)}, ${field.place})`;
    return sql`nullIf(replaceRegexpOne(${whole}, ${String.raw`^(?s:"(.*)"|\[(.*)\])$`}, ${"\\1\\2"}), '')`;
  }
  // ClickHouse counts the elements of an array from 1.
  const steps = field.path.map((step) => sql`, ${typeof step === "number" ? step + 1 : step}`);
  const place = sql`${message}${joinSql(steps, "")}`;
  const value = sql`JSONExtract(${place}, 'Nullable(String)')`;
  // The document is read again only where the text could be that of an object or an array.
  const isLeaf = sql`if(match(ifNull(${value}, ''), '^[{[]'), ${typeIsLeaf(place)}, 1)`;
  return sql`if(${isLeaf}, ${value}, NULL)`;
}

const typeIsLeaf = (place: Sql): Sql => sql`toString(JSONType(${place})) NOT IN ('Object', 'Array')`;

/** Blanks separate fields, but not within quotes and brackets. */
function clfFields(message: Sql): Sql {
  return sql`extractAll(${message}, ${String.raw`(?:"(?:[^"\\]|\\.)*"|\[[^\]]*\]|\S+)`})`;
}

const numberOf = (field: RuleField, message: Sql): Sql => sql`toFloat64OrNull(${textOf(field, message)})`;

const comparisons = { GreaterThan: ">", LessThan: "<", EqualTo: "=", NotEqualTo: "!=" } as const;

/** A field that is not there matches nothing but `IsPresent: false`. */
function conditionOf(filter: RuleFilter, message: Sql): Sql {
  const text = textOf(filter.field, message);
  switch (filter.operator) {
    case "In":
      return sql`ifNull(has(${filter.texts}, ${text}), 0)`;
    case "NotIn":
      return sql`(${text} IS NOT NULL AND NOT has(${filter.texts}, ${text}))`;
    case "StartsWith": {
      const alternatives = filter.texts.map((start) => sql`startsWith(ifNull(${text}, ''), ${start})`);
      return sql`(${joinSql(alternatives, " OR ")})`;
    }
    case "IsPresent":
      return filter.isPresent ? sql`${text} IS NOT NULL` : sql`${text} IS NULL`;
    default: {
      const operator = rawSql(comparisons[filter.operator]);
      return sql`ifNull(${numberOf(filter.field, message)} ${operator} ${filter.number}, 0)`;
    }
  }
}
