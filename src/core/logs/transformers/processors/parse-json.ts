// parseJSON: the members of a JSON object become fields.
import { TransformFailure, type ProcessorDefinition } from "../define.ts";
import { parseJsonObject } from "../json-document.ts";
import { addFields, destinationIn, sourceOf } from "./source.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-Configurable.html */
export const parseJson: ProcessorDefinition = {
  name: "parseJSON",
  role: "parser",
  beginsWithMessage: true,
  compile(config) {
    const source = sourceOf(config);
    const destination = config.optionalKey("destination");
    return (event) => {
      const parsed = parseJsonObject(source(event));
      if (parsed === undefined) throw new TransformFailure("the text is no JSON object");
      addFields(destinationIn(event.document, destination), Object.entries(parsed), true);
    };
  },
};
