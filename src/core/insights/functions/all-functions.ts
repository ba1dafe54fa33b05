// Every function of the query language that works on one row.
import { addressFunctions } from "./address.ts";
import { dateTextFunctions } from "./date-texts.ts";
import type { FunctionTable, InsightsFunction } from "./define.ts";
import { encodingFunctions } from "./encodings.ts";
import { generalFunctions } from "./general.ts";
import { jsonFunctions } from "./json.ts";
import { numericFunctions } from "./numeric.ts";
import { openSearchArrays } from "./open-search-arrays.ts";
import { openSearchCalendar } from "./open-search-calendar.ts";
import { openSearchDateFunctions } from "./open-search-dates.ts";
import { openSearchFormats } from "./open-search-formats.ts";
import { openSearchJson } from "./open-search-json.ts";
import { openSearchMath } from "./open-search-math.ts";
import { openSearchRegexes } from "./open-search-regexes.ts";
import { openSearchTexts } from "./open-search-text.ts";
import { openSearchFunctions } from "./open-search.ts";
import { textFunctions } from "./text.ts";
import { timeFunctions } from "./time.ts";

export const insightsFunctions: FunctionTable = {
  ...openSearchFunctions,
  ...openSearchMath,
  ...openSearchTexts,
  ...openSearchRegexes,
  ...openSearchJson,
  ...openSearchArrays,
  ...openSearchCalendar,
  ...openSearchFormats,
  ...openSearchDateFunctions,
  ...numericFunctions,
  ...textFunctions,
  ...encodingFunctions,
  ...timeFunctions,
  ...dateTextFunctions,
  ...addressFunctions,
  ...generalFunctions,
  ...jsonFunctions,
};

const byLowerName = new Map(
  Object.entries(insightsFunctions).map(([name, entry]) => [name.toLowerCase(), entry] as const),
);

/** Functions are the same in capitals. */
export function functionNamed(name: string): InsightsFunction | undefined {
  return byLowerName.get(name.toLowerCase());
}
