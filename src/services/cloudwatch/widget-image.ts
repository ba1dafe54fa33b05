// A graph of metrics as a picture.
import { drawWidget } from "../../core/widgets/draw-widget.ts";
import { parseWidget } from "../../core/widgets/widget.ts";
import { notImplemented } from "../../wire/service.ts";
import type { CloudWatchContext, Input, Output } from "./context.ts";
import { validation } from "./metric-data-queries.ts";
import { renderPng } from "./render-png.ts";
import { withItsAlarm } from "./widget-alarm.ts";
import { widgetData } from "./widget-series.ts";

/** @throws ValidationException, LimitExceededException */
export async function widgetImage(
  { MetricWidget, OutputFormat = "png" }: Input<"GetMetricWidgetImage">,
  context: CloudWatchContext,
): Promise<Output<"GetMetricWidgetImage">> {
  if (OutputFormat === "image/png") {
    throw notImplemented("The image is answered as a member of the output: OutputFormat must be png.");
  }
  if (OutputFormat !== "png") throw validation(`The value ${OutputFormat} for OutputFormat is not valid.`);
  const widget = parseWidget(MetricWidget, context.call.now);
  if ("problem" in widget) throw validation(`Invalid MetricWidget: ${widget.problem}`);
  const drawn = await withItsAlarm(widget, context);
  const { series, isPartial } = await widgetData(context, drawn);
  return { MetricWidgetImage: await renderPng(drawWidget(drawn, series, { isPartial })) };
}
