// Tables as comma-separated values: what is printed reads back, and what is wrong is said.
import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { parseCsv, printCsv } from "./csv.ts";

const cell = fc.oneof(fc.string(), fc.constantFrom('"', ",", "a\nb", "\r", ""));
const table = fc.integer({ min: 2, max: 4 }).chain((width) =>
  fc.record({
    columns: fc.uniqueArray(fc.stringMatching(/^[a-z,"]{1,4}$/), { minLength: width, maxLength: width }),
    rows: fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 4 }),
  }),
);

test.prop([table])("what was printed reads as the same table", (given) => {
  expect(parseCsv(printCsv(given))).toEqual(given);
});

test.each([
  ["", "the first line must name every column"],
  ["a,,b\n", "the first line must name every column"],
  ["a,a\n", "two columns have the same name"],
  ["a,b\n1\n", "row 1 has not as many cells as there are columns"],
  ['a,b\n"1,2\n', "a quotation mark is not closed"],
])("%j is no table", (text, problem) => {
  expect(parseCsv(text)).toEqual({ problem });
});

test("lines may end as on Windows, and the last one may not end", () => {
  expect(parseCsv("\uFEFFid,name\r\n1,Ada\r\n2,Bob")).toEqual({
    columns: ["id", "name"],
    rows: [
      ["1", "Ada"],
      ["2", "Bob"],
    ],
  });
});
