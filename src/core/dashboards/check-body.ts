// Checks a dashboard's body as CloudWatch does: what makes it refuse it, and what it only remarks.
import { checkMetrics } from "./check-metrics.ts";
import { checkShape, isArray, isObject, type BodyMessage, type ShapeFindings } from "./shape.ts";
import { bodyShape, widgetShape } from "./shapes.ts";

/**
 * What is said of a body, in the order of its widgets; a body with errors is not stored. Undefined for a text
 * that is not a JSON object.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
export function checkDashboardBody(body: string): ShapeFindings | undefined {
  const parsed = parseObject(body);
  if (parsed === undefined) return undefined;
  const whole = checkShape(bodyShape, parsed, "");
  const widgets = isArray(parsed["widgets"]) ? parsed["widgets"] : [];
  const findings = [whole, ...widgets.map((widget, index) => checkWidget(widget, `/widgets/${index}`))];
  const ignored: readonly BodyMessage[] =
    parsed["end"] !== undefined && parsed["start"] === undefined
      ? [{ path: "/end", message: "Should be specified together with 'start'; it is ignored" }]
      : [];
  return {
    errors: findings.flatMap(({ errors }) => errors),
    warnings: [...findings.flatMap(({ warnings }) => warnings), ...ignored],
  };
}

function parseObject(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined; // the caller refuses it
  }
}

function checkWidget(widget: unknown, path: string): ShapeFindings {
  const type = isObject(widget) ? widget["type"] : undefined;
  const { errors, warnings } = checkShape(widgetShape(type), widget, path);
  const properties = isObject(widget) ? widget["properties"] : undefined;
  if (!isObject(widget) || !isObject(properties)) return { errors, warnings };
  const { x, y } = widget;
  const halfPlace = (x === undefined) === (y === undefined) ? [] : [x === undefined ? "x" : "y"];
  const placed = halfPlace.map((name) => ({ path, message: `Should have required property '${name}'` }));
  const metrics = type === "metric" ? checkSource(properties, `${path}/properties`) : [];
  return { errors: [...errors, ...placed, ...metrics], warnings };
}

/** A metric widget shows metrics of a region, or an alarm. */
function checkSource(
  { metrics, annotations, region }: Readonly<Record<string, unknown>>,
  path: string,
): readonly BodyMessage[] {
  const alarms = isObject(annotations) ? annotations["alarms"] : undefined;
  if (isArray(alarms) && alarms.length > 0) return checkMetrics(metrics, `${path}/metrics`);
  const sourceless = {
    path,
    message: "The metric widget should have specified a region and a data source or an alarm annotation",
  };
  const required = (name: string) => ({ path, message: `Should have required property '${name}'` });
  if (metrics === undefined && annotations === undefined) {
    return [required("metrics"), sourceless, required("annotations")];
  }
  return [
    ...(region === undefined || metrics === undefined ? [sourceless] : []),
    ...checkMetrics(metrics, `${path}/metrics`),
  ];
}
