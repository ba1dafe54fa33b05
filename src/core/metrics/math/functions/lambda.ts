// LAMBDA: the time series of a function that connects another data source.
import type { MathExpression } from "../expression.ts";
import { signature, type MathFunction } from "../function.ts";
import { several } from "../series.ts";

const booleans = ["true", "false"] as const;
const maximumArguments = 20;

/** Connectors are asked for nothing finer. */
const minimumPeriodSeconds = 60;

/** A name, with a version or an alias if it says one. */
const functionName = /^[\w-]{1,64}(:(\$LATEST|[\w-]{1,128}))?$/;

/**
 * The arguments are strings, numbers and Booleans as they stand; line feeds in them become spaces.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_MultiDataSources-Custom-Use.html
 */
export const lambdaFunction: MathFunction = {
  name: "LAMBDA",
  signatures: [
    {
      ...signature(["text"], "TS[]"),
      further: { accepts: ["text", "S", booleans], atMost: maximumArguments },
    },
  ],
  summary: "What a function gives that connects another data source.",
  need: ([named, ...given], { key, periodSeconds = minimumPeriodSeconds }) => {
    const name = named === undefined ? undefined : constantOf(named);
    if (typeof name !== "string" || !functionName.test(name)) {
      return { problem: `Invalid function name '${String(name)}' in LAMBDA` };
    }
    const constants = given.map(constantOf);
    const known = constants.filter((constant) => constant !== undefined);
    if (known.length < constants.length) {
      return { problem: "The arguments of LAMBDA must be strings, numbers or Booleans" };
    }
    return {
      kind: "function",
      key,
      functionName: name,
      arguments: known,
      periodSeconds: Math.max(minimumPeriodSeconds, periodSeconds),
    };
  },
  evaluate: (_given, { fetched }) => several(fetched),
};

function constantOf(expression: MathExpression): string | number | boolean | undefined {
  switch (expression.kind) {
    case "text":
      return expression.text.replace(/\r\n|[\r\n]/g, " ");
    case "number":
      return expression.value;
    case "negation":
      return expression.operand.kind === "number" ? -expression.operand.value : undefined;
    case "reference":
      return expression.id === "true";
    default:
      return undefined;
  }
}
