// Checks the metrics of a widget: rows of texts with an object at their end, which abbreviate each other.
import { checkShape, isArray, isObject, type BodyMessage } from "./shape.ts";
import { metricRenderer } from "./shapes.ts";

/** A namespace, a name and 30 dimensions. */
const maximumTexts = 62;

/**
 * Rows like `["AWS/EC2", "CPUUtilization", "InstanceId", "i-1", { "stat": "Maximum" }]`. Of an object that is
 * no renderer CloudWatch only says that the row is too long, since it takes it for one more text.
 */
export function checkMetrics(metrics: unknown, path: string): readonly BodyMessage[] {
  if (!isArray(metrics)) return [];
  return metrics.flatMap((row, index) => checkRow(row, `${path}/${index}`, index === 0));
}

const notRows =
  'Field "metrics" has to be an array of array of strings, with an optional metricRenderer object as last ' +
  "element";

function checkRow(row: unknown, path: string, isFirst: boolean): readonly BodyMessage[] {
  if (!isArray(row)) return ["Should be array", notRows].map((message) => ({ path, message }));
  const last = row.at(-1);
  const texts = isObject(last) ? row.slice(0, -1) : row;
  const wrong = texts.flatMap((item, index) =>
    typeof item === "string"
      ? []
      : [{ path: `${path}/${index}`, message: 'Invalid metric field type, only "String" type is allowed' }],
  );
  if (wrong.length > 0) return wrong;
  const tooLong = (most: number) => [{ path, message: `Should NOT have more than ${most} items` }];
  if (isObject(last) && checkRenderer(last, path)) return tooLong(texts.length);
  if (texts.length === 0) return checkExpression(last, path);
  if (texts.length > maximumTexts) return tooLong(maximumTexts);
  const abbreviates = texts.some((item) => item === "." || item === "...");
  if (isFirst && abbreviates) return [{ path, message: "Should NOT refer to a metric before it" }];
  if (texts.includes("...")) return [];
  if (texts.length < 2) return [{ path, message: "Should NOT have less than 2 items" }];
  return texts.length % 2 === 0 ? [] : tooLong(texts.length - 1);
}

/** Whether something in the object keeps it from being a renderer. */
function checkRenderer(renderer: unknown, path: string): boolean {
  const { errors, warnings } = checkShape(metricRenderer, renderer, path);
  return errors.length + warnings.length > 0;
}

/** A row without texts computes something. */
function checkExpression(renderer: unknown, path: string): readonly BodyMessage[] {
  if (isObject(renderer) && renderer["expression"] !== undefined) return [];
  return renderer === undefined
    ? [{ path, message: "Should NOT have less than 1 items" }]
    : [{ path: `${path}/0`, message: "Should have required property 'expression'" }];
}
