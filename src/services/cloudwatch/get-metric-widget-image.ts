// GetMetricWidgetImage, whose code is loaded when it is asked for: few servers ever draw.
import type { CloudWatchContext, Input, Output } from "./context.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricWidgetImage.html */
export async function getMetricWidgetImage(
  input: Input<"GetMetricWidgetImage">,
  context: CloudWatchContext,
): Promise<Output<"GetMetricWidgetImage">> {
  const { widgetImage } = await import("./widget-image.ts");
  return widgetImage(input, context);
}
