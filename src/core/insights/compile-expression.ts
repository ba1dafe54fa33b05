// Expressions become SQL values.
import { joinSql, sql, type Sql } from "../sql.ts";
import { compareKnown, compareValues } from "./compare-values.ts";
import { aggregationNamed } from "./functions/aggregations.ts";
import { isSubnet } from "./functions/address.ts";
import { functionNamed } from "./functions/all-functions.ts";
import type { InsightsFunction, Parameter } from "./functions/define.ts";
import { compileOver } from "./compile-over.ts";
import { matchValue } from "./match-value.ts";
import type { Pipeline } from "./pipeline.ts";
import { InsightsQueryError } from "./query-error.ts";
import type {
  Binary,
  Call,
  Expression,
  FieldReference,
  Membership,
  PeriodLiteral,
  Query,
  Subquery,
} from "./query-tree.ts";
import { asCondition, asNumber, asScalar, asText, asTruth, numberLiteral, textLiteral } from "./value.ts";
import type { Value } from "./value.ts";

/** How queries inside the query are compiled. */
export interface NestedQueries {
  /** The query of `in (...)`, to a SELECT of so many columns of texts, the first of which is `item`. */
  readonly set: (membership: Membership, columns: number) => Sql;
  /** A query that stands for one value, or for whether it has rows. */
  readonly value: (subquery: Subquery) => Value;
  /** The query of `join` and `appendcols`. */
  readonly pipeline: (query: Query) => Pipeline;
}

export class ExpressionCompiler {
  readonly pipeline: Pipeline;
  readonly nested: NestedQueries;
  /** As that of the query. */
  readonly knowsUnknown: boolean;

  constructor(pipeline: Pipeline, nested: NestedQueries, knowsUnknown: boolean) {
    this.pipeline = pipeline;
    this.nested = nested;
    this.knowsUnknown = knowsUnknown;
  }

  refuse(message: string, { span }: Expression): never {
    throw new InsightsQueryError(message, span);
  }

  wrongArguments(call: Call): never {
    this.refuse(`invalid arguments for function ${call.name}`, call);
  }

  field(reference: FieldReference): Value {
    return this.pipeline.resolve(reference);
  }

  call(call: Call): Value {
    if (aggregationNamed(call.name) !== undefined) {
      this.refuse(`the aggregation ${call.name} is only allowed in the stats command`, call);
    }
    const entry = functionNamed(call.name);
    if (entry === undefined) this.refuse(`unknown function ${call.name}`, call);
    return "compile" in entry ? entry.compile(call, this) : this.#apply(entry, call);
  }

  #apply(entry: Exclude<InsightsFunction, { compile: unknown }>, call: Call): Value {
    const { takes, optional = [], rest, gives } = entry;
    const given = call.arguments.length;
    const known = [...takes, ...optional];
    if (given < takes.length || (rest === undefined && given > known.length)) this.wrongArguments(call);
    const values = call.arguments.map((argument, index) =>
      this.#argument(known[index] ?? rest ?? "any", argument, call),
    );
    const nullable = entry.nullable ?? values.some((value) => value.nullable);
    return { sql: entry.toSql(...values.map((value) => value.sql)), type: gives, nullable };
  }

  #argument(parameter: Parameter, argument: Expression, call: Call): Value {
    switch (parameter) {
      case "any":
        return this.value(argument);
      case "number":
        return asNumber(asScalar(this.value(argument)));
      case "text":
        return asText(asScalar(this.value(argument)));
      case "time":
        return this.time(argument);
      case "constant":
        if (argument.kind !== "text") this.refuse(`a text in quotation marks is expected`, argument);
        if (call.name.toLowerCase().endsWith("insubnet") && !isSubnet(argument.text)) {
          this.refuse(`invalid subnet ${argument.text}`, argument);
        }
        return textLiteral(argument.text);
    }
  }

  /** Epoch milliseconds: a timestamp, or what counts as a number. */
  time(expression: Expression): Value {
    const value = asScalar(this.value(expression));
    if (value.type === "time") return value;
    const number = asNumber(value);
    return { sql: sql`toInt64(${number.sql})`, type: "time", nullable: number.nullable };
  }

  period(expression: Expression): PeriodLiteral {
    if (expression.kind !== "period") this.refuse("a time period such as 5m is expected", expression);
    if (expression.count < 1 || expression.count > 1e9) this.refuse("invalid time period", expression);
    return expression;
  }

  value(expression: Expression): Value {
    const value = this.#valueOf(expression);
    return this.knowsUnknown && value.type === "boolean" ? { ...value, type: "truth" } : value;
  }

  #valueOf(expression: Expression): Value {
    switch (expression.kind) {
      case "field":
        return this.field(expression);
      case "number":
        return numberLiteral(expression.text);
      case "text":
        return textLiteral(expression.text);
      case "boolean":
        return { sql: sql`${expression.value}`, type: "boolean", nullable: false };
      case "call":
        return this.call(expression);
      case "not":
        return this.#not(expression.operand);
      case "negative": {
        const number = asNumber(this.value(expression.operand));
        return { sql: sql`(0 - ${number.sql})`, type: "number", nullable: number.nullable };
      }
      case "binary":
        return this.#binary(expression);
      case "match":
        return matchValue(expression, this.value(expression.subject), this);
      case "in":
        return this.#membership(expression);
      case "over":
        return compileOver(expression, this);
      case "subquery":
        return this.nested.value(expression);
      case "period":
        return this.refuse("a time period is only allowed as the argument of a function", expression);
      case "star":
        return this.refuse("* is only allowed in count(*)", expression);
    }
  }

  /** UInt8, never NULL: what nobody can say is false. */
  condition(expression: Expression): Sql {
    if (expression.kind === "text") this.refuse("a condition is expected", expression);
    if (this.knowsUnknown && expression.kind === "binary") {
      const { operator, left, right, span } = expression;
      if (operator === "and") return sql`(${this.condition(left)} AND ${this.condition(right)})`;
      if (operator === "or") return sql`(${this.condition(left)} OR ${this.condition(right)})`;
      // It is not true for what is missing, either way, and this way is cheaper.
      if (operator === "=") return compareValues("=", this.value(left), this.value(right), span).sql;
    }
    return asCondition(this.value(expression));
  }

  #not(operand: Expression): Value {
    if (!this.knowsUnknown) {
      return { sql: sql`NOT ${this.condition(operand)}`, type: "boolean", nullable: false };
    }
    const { sql: test, nullable } = asTruth(this.value(operand));
    return { sql: sql`NOT ${test}`, type: "truth", nullable };
  }

  #both(operator: "and" | "or", left: Expression, right: Expression): Value {
    const sides = [left, right].map((side) =>
      this.knowsUnknown ? asTruth(this.value(side)) : { sql: this.condition(side), nullable: false },
    );
    const [first = sql`0`, second = sql`0`] = sides.map((side) => side.sql);
    const test = operator === "and" ? sql`(${first} AND ${second})` : sql`(${first} OR ${second})`;
    const nullable = sides.some((side) => side.nullable);
    return { sql: test, type: "boolean", nullable };
  }

  #binary({ operator, left, right, span }: Binary): Value {
    switch (operator) {
      case "and":
      case "or":
        return this.#both(operator, left, right);
      case "=":
      case "!=":
      case "<":
      case "<=":
      case ">":
      case ">=": {
        const compare = this.knowsUnknown ? compareKnown : compareValues;
        return compare(operator, this.value(left), this.value(right), span);
      }
      default: {
        const [one, other] = [asNumber(this.value(left)), asNumber(this.value(right))];
        const divides = operator === "/" || operator === "%";
        const nullable = one.nullable || other.nullable || divides;
        return { sql: arithmetic(operator, one.sql, other.sql), type: "number", nullable };
      }
    }
  }

  /** A text equals an item only as a whole; a missing value is in no set. */
  #membership(expression: Membership): Value {
    if ("commands" in expression.set) return this.#membershipOfQuery(expression);
    const subject = this.value(expression.subject);
    const compare = this.knowsUnknown ? compareKnown : compareValues;
    const tests = expression.set.map((item) => compare("=", subject, this.value(item), item.span));
    const any = sql`(${joinSql(
      tests.map((test) => test.sql),
      " OR ",
    )})`;
    const nullable = tests.some((test) => test.nullable);
    return { sql: expression.negated ? sql`NOT ${any}` : any, type: "boolean", nullable };
  }

  /** Several subjects are those of `row(a, b)`. */
  #membershipOfQuery(expression: Membership): Value {
    const { subject, negated } = expression;
    const isRow = subject.kind === "call" && subject.name === "row";
    const subjects = (isRow ? subject.arguments : [subject]).map((part) => asText(this.value(part)));
    const set = this.nested.set(expression, subjects.length);
    const [only = textLiteral("")] = subjects;
    const texts = joinSql(
      subjects.map((value) => sql`ifNull(${value.sql}, '')`),
      ", ",
    );
    if (!this.knowsUnknown) {
      const found = sql`ifNull(${only.sql} IN (${set}), 0)`;
      return { sql: negated ? sql`NOT ${found}` : found, type: "boolean", nullable: false };
    }
    const isMissing = joinSql(
      subjects.map((value) => sql`isNull(${value.sql})`),
      " OR ",
    );
    const found = sql`tuple(${texts}) IN (SELECT tuple(COLUMNS('^item')) FROM (${set}) WHERE hasItems)`;
    // Of a set with something unknown in it nobody can say that a value is not there.
    const isUnknown = negated
      ? sql`${isMissing} OR (SELECT countIf(NOT hasItems) FROM (${set})) > 0`
      : isMissing;
    return {
      sql: sql`if(${isUnknown}, NULL, ${negated ? sql`NOT ${found}` : found})`,
      type: "boolean",
      nullable: true,
    };
  }
}

/** What is divided by zero is missing. */
function arithmetic(operator: "+" | "-" | "*" | "/" | "%" | "^", left: Sql, right: Sql): Sql {
  switch (operator) {
    case "+":
      return sql`(${left} + ${right})`;
    case "-":
      return sql`(${left} - ${right})`;
    case "*":
      return withOneZero(sql`${left} * ${right}`);
    case "/":
      return withOneZero(sql`${left} / nullIf(${right}, 0)`);
    case "%":
      return withOneZero(sql`${left} % nullIf(${right}, 0)`);
    case "^":
      return sql`pow(${left}, ${right})`;
  }
}

/** There is one zero: the engine shows another one as `-0`, and makes a group of its own of it. */
function withOneZero(result: Sql): Sql {
  return sql`(${result} + 0)`;
}
