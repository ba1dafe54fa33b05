// Every processor of a transformer, by the name it has in a configuration.
import type { ProcessorDefinition } from "./define.ts";
import { csv } from "./processors/csv.ts";
import { dateTimeConverter } from "./processors/date-time-converter.ts";
import { grok } from "./processors/grok.ts";
import { listToMap } from "./processors/list-to-map.ts";
import { addKeys, copyValue, deleteKeys, moveKeys, renameKeys } from "./processors/mutate-keys.ts";
import {
  lowerCaseString,
  splitString,
  substituteString,
  trimString,
  upperCaseString,
} from "./processors/mutate-strings.ts";
import { parseJson } from "./processors/parse-json.ts";
import { parseKeyValue } from "./processors/parse-key-value.ts";
import { parseToOcsf } from "./processors/parse-to-ocsf.ts";
import { typeConverter } from "./processors/type-converter.ts";
import { parseCloudfront, parsePostgres, parseRoute53, parseVpc, parseWaf } from "./processors/vended.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-Processors.html */
export const processors: ReadonlyMap<string, ProcessorDefinition> = new Map(
  [
    addKeys,
    copyValue,
    csv,
    dateTimeConverter,
    deleteKeys,
    grok,
    listToMap,
    lowerCaseString,
    moveKeys,
    parseCloudfront,
    parseJson,
    parseKeyValue,
    parsePostgres,
    parseRoute53,
    parseToOcsf,
    parseVpc,
    parseWaf,
    renameKeys,
    splitString,
    substituteString,
    trimString,
    typeConverter,
    upperCaseString,
  ].map((definition) => [definition.name, definition]),
);
