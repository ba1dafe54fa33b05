// Expressions become SQL values.
import { joinSql, sql, type Sql } from "../sql.ts";
import { compareValues } from "./compare-values.ts";
import { aggregationNamed } from "./functions/aggregations.ts";
import { isSubnet } from "./functions/address.ts";
import { functionNamed } from "./functions/all-functions.ts";
import type { InsightsFunction, Parameter } from "./functions/define.ts";
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
} from "./query-tree.ts";
import { asCondition, asNumber, asScalar, asText, numberLiteral, textLiteral, type Value } from "./value.ts";

/** How queries inside the query are compiled. */
export interface NestedQueries {
  /** The query of `in (...)`, to a SELECT of one column of texts. */
  readonly set: (membership: Membership) => Sql;
  /** The query of `join` and `appendcols`. */
  readonly pipeline: (query: Query) => Pipeline;
}

export class ExpressionCompiler {
  readonly pipeline: Pipeline;
  readonly nested: NestedQueries;

  constructor(pipeline: Pipeline, nested: NestedQueries) {
    this.pipeline = pipeline;
    this.nested = nested;
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
        return { sql: sql`NOT ${this.condition(expression.operand)}`, type: "boolean", nullable: false };
      case "negative": {
        const number = asNumber(this.value(expression.operand));
        return { sql: sql`(-${number.sql})`, type: "number", nullable: number.nullable };
      }
      case "binary":
        return this.#binary(expression);
      case "match":
        return matchValue(expression, this.value(expression.subject), this.pipeline.scope.regexProblem);
      case "in":
        return this.#membership(expression);
      case "period":
        return this.refuse("a time period is only allowed as the argument of a function", expression);
      case "star":
        return this.refuse("* is only allowed in count(*)", expression);
    }
  }

  /** UInt8, never NULL. */
  condition(expression: Expression): Sql {
    if (expression.kind === "text") this.refuse("a condition is expected", expression);
    return asCondition(this.value(expression));
  }

  #binary({ operator, left, right, span }: Binary): Value {
    switch (operator) {
      case "and":
      case "or": {
        const [one, other] = [this.condition(left), this.condition(right)];
        const test = operator === "and" ? sql`(${one} AND ${other})` : sql`(${one} OR ${other})`;
        return { sql: test, type: "boolean", nullable: false };
      }
      case "=":
      case "!=":
      case "<":
      case "<=":
      case ">":
      case ">=":
        return compareValues(operator, this.value(left), this.value(right), span);
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
    const subject = this.value(expression.subject);
    if ("commands" in expression.set) {
      const found = sql`ifNull(${asText(subject).sql} IN (${this.nested.set(expression)}), 0)`;
      return { sql: expression.negated ? sql`NOT ${found}` : found, type: "boolean", nullable: false };
    }
    const tests = expression.set.map((item) => compareValues("=", subject, this.value(item), item.span).sql);
    const any = sql`(${joinSql(tests, " OR ")})`;
    return { sql: expression.negated ? sql`NOT ${any}` : any, type: "boolean", nullable: false };
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
      return sql`(${left} * ${right})`;
    case "/":
      return sql`(${left} / nullIf(${right}, 0))`;
    case "%":
      return sql`(${left} % nullIf(${right}, 0))`;
    case "^":
      return sql`pow(${left}, ${right})`;
  }
}
