// The shapes of everything in a dashboard's body, widget by widget.
import type { ObjectShape, Shape } from "./shape.ts";

const text: Shape = { kind: "string" };
const flag: Shape = { kind: "boolean" };
const number: Shape = { kind: "number" };
const anything: Shape = { kind: "anything" };
const oneOf = (...values: string[]): Shape => ({ kind: "string", oneOf: values });
const list = (items: Shape, atLeast = 0, atMost = Number.POSITIVE_INFINITY): Shape => {
  return { kind: "array", items, atLeast, atMost };
};
const object = (members: Readonly<Record<string, Shape>>, required: readonly string[] = []): ObjectShape => {
  return { kind: "object", members, required };
};

const color: Shape = { kind: "string", pattern: /^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$/ };
const period: Shape = { kind: "integer", least: 1, most: 2_592_000 };
const instant: Shape = {
  kind: "string",
  pattern: /^(-?P(\d+[YMWD])*(T(\d+[HMS])+)?|\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d))$/,
};
const timezone: Shape = { kind: "string", pattern: /^([+-]\d{4}|UTC|Local|LOCAL)$/ };
const side = oneOf("left", "right");
const fill = oneOf("above", "below", "none", "before", "after", "between");

/** The object at the end of a metric: how it is shown, or what is computed. */
export const metricRenderer = object({
  accountId: text,
  color,
  expression: text,
  id: { kind: "string", pattern: /^[a-z][a-zA-Z0-9_]*$/ },
  label: text,
  period,
  region: text,
  stat: text,
  visible: flag,
  yAxis: side,
});

const horizontalLine = object(
  { value: number, label: text, color, fill, visible: flag, yAxis: side, type: text },
  ["value"],
);
const verticalLine = object({ value: instant, label: text, color, fill, visible: flag }, ["value"]);
const bandOf = (line: Shape) => list(line, 2, 2);

const annotations = object({
  alarms: list(text),
  horizontal: list({ kind: "either", forms: [horizontalLine, bandOf(horizontalLine)] }),
  vertical: list({ kind: "either", forms: [verticalLine, bandOf(verticalLine)] }),
});

const axis = object({ min: number, max: number, label: text, showUnits: flag });
const legend = object({ position: oneOf("right", "bottom", "hidden") });

const metricProperties = object({
  accountId: text,
  annotations,
  end: instant,
  legend,
  liveData: flag,
  metrics: list(anything, 0, 500),
  period,
  region: { kind: "string", atLeast: 1 },
  setPeriodToTimeRange: flag,
  singleValueFullPrecision: flag,
  sparkline: flag,
  stacked: flag,
  start: instant,
  stat: text,
  table: anything,
  timezone,
  title: text,
  trend: flag,
  view: oneOf("timeSeries", "singleValue", "gauge", "bar", "pie", "table"),
  yAxis: object({ left: axis, right: axis }),
});

const pixels: Shape = { kind: "integer", least: 1, most: 2_000 };

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Metric-Widget-Structure.html */
export const imageShape = object({
  ...metricProperties.members,
  annotations: object({ ...annotations.members, alarms: list(text, 0, 1) }),
  metrics: list(anything, 1, 100),
  theme: oneOf("light", "dark"),
  width: pixels,
  height: pixels,
});

/** The properties of a widget by its type. */
const propertiesByType: Readonly<Record<string, Shape>> = {
  metric: metricProperties,
  text: object({ markdown: text, background: oneOf("solid", "transparent") }, ["markdown"]),
  log: object(
    {
      accountId: text,
      query: text,
      queryBy: text,
      queryLanguage: oneOf("CWLI", "PPL", "SQL"),
      logGroupPrefixes: anything,
      region: text,
      stacked: flag,
      title: text,
      view: oneOf("table", "timeSeries", "bar", "pie"),
    },
    ["query", "region"],
  ),
  alarm: object(
    {
      alarms: list(text, 1, 100),
      sortBy: oneOf("default", "stateUpdatedTimestamp", "timestamp"),
      states: list(oneOf("ALARM", "INSUFFICIENT_DATA", "OK")),
      title: text,
    },
    ["alarms"],
  ),
  explorer: object(
    {
      aggregateBy: object({ key: text, func: text }),
      labels: list(object({ key: text, value: text }, ["key"])),
      metrics: list(object({ metricName: text, resourceType: text, stat: text }, ["metricName"]), 1),
      period,
      region: text,
      splitBy: text,
      title: text,
      widgetOptions: object({
        legend,
        view: oneOf("timeSeries", "bar", "pie", "singleValue"),
        stacked: flag,
        rowsPerPage: { kind: "integer", least: 1 },
        widgetsPerRow: { kind: "integer", least: 1 },
      }),
    },
    ["metrics"],
  ),
  custom: object(
    {
      endpoint: text,
      params: anything,
      title: text,
      updateOn: object({ refresh: flag, resize: flag, timeRange: flag }),
    },
    ["endpoint"],
  ),
  // Charts are drawn from what they carry; CloudWatch adds to it, so everything in them is kept.
  chart: anything,
};

const widgetTypes: readonly string[] = Object.keys(propertiesByType);

/** A widget; of a type that is not known, only what all widgets have. */
export function widgetShape(type: unknown): Shape {
  const isKnown = typeof type === "string" && widgetTypes.includes(type);
  const properties = isKnown ? propertiesByType[type] : undefined;
  return object(
    {
      type: oneOf(...widgetTypes),
      x: { kind: "integer", least: 0, most: 23 },
      y: { kind: "integer", least: 0 },
      width: { kind: "integer", least: 1, most: 24 },
      height: { kind: "integer", least: 1, most: 1_000 },
      properties: properties ?? anything,
    },
    ["type", "properties"],
  );
}

const variable = object(
  {
    type: oneOf("property", "pattern"),
    property: text,
    pattern: text,
    inputType: oneOf("input", "select", "radio"),
    id: { kind: "string", atLeast: 1, atMost: 32 },
    label: text,
    defaultValue: text,
    visible: flag,
    search: text,
    populateFrom: text,
    values: list(object({ value: text, label: text }, ["value"])),
  },
  ["type", "inputType", "id"],
);

/** The whole body; its widgets are checked one by one. */
export const bodyShape = object(
  {
    start: instant,
    end: instant,
    periodOverride: oneOf("auto", "inherit"),
    variables: list(variable, 0, 25),
    widgets: list(anything, 0, 500),
  },
  ["widgets"],
);
