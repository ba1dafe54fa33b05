// Functions of lists of OpenSearch SQL; lists are the texts of JSON, and their elements pieces of them.
import { joinSql, sql, type Sql } from "../../sql.ts";
import type { ExpressionCompiler } from "../compile-expression.ts";
import type { Call } from "../query-tree.ts";
import type { Value } from "../value.ts";
import { openSearchPage, type FunctionTable, type SpecialFunction } from "./define.ts";
import { asJson, documentText } from "./open-search-json.ts";
import { constantOf, numberOf, taking } from "./open-search-kinds.ts";

/** The longest list that `sequence` and `array_repeat` make. */
const mostElements = 10_000;

interface List {
  /** The elements as they are written in JSON. */
  readonly elements: Sql;
  readonly isList: Sql;
}

function listAt(compiler: ExpressionCompiler, call: Call, place: number): List {
  const text = documentText(call.arguments[place], call, compiler);
  return {
    elements: sql`JSONExtractArrayRaw(${text})`,
    isList: sql`(isValidJSON(${text}) AND toString(JSONType(${text})) = 'Array')`,
  };
}

/** An element, as JSON. */
function elementAt(compiler: ExpressionCompiler, call: Call, place: number): Sql {
  const argument = call.arguments[place];
  return argument === undefined ? compiler.wrongArguments(call) : asJson(compiler.value(argument));
}

const written = (elements: Sql): Sql => sql`concat('[', arrayStringConcat(${elements}, ','), ']')`;

const given = (list: List, value: Sql): Value["sql"] => sql`if(${list.isList}, ${value}, NULL)`;

type ToElements = (list: Sql, compiler: ExpressionCompiler, call: Call) => Sql;

/** A list of the elements of the first argument, which is one. */
const toList = (takes: string, counts: readonly number[], toElements: ToElements): SpecialFunction =>
  taking(takes, counts, (compiler, call) => {
    const list = listAt(compiler, call, 0);
    const made = written(toElements(list.elements, compiler, call));
    return { sql: given(list, made), type: "structure", nullable: true };
  });

/** The other list, of which the elements are none where it is no list. */
const other = (compiler: ExpressionCompiler, call: Call): Sql => listAt(compiler, call, 1).elements;

/** Texts and numbers as they are shown, null as nothing. */
const shown = (element: Sql): Sql =>
  sql`if(startsWith(${element}, '"'), JSONExtractString(${element}), ${element})`;

/** Numbers before texts, each in their order. */
const inOrder = (elements: Sql): Sql =>
  sql`arraySort(one -> (isNull(toFloat64OrNull(one)), ifNull(toFloat64OrNull(one), 0), one), ${elements})`;

const withoutNull = (elements: Sql): Sql => sql`arrayFilter(one -> one != 'null', ${elements})`;

const extreme = (isLast: boolean): SpecialFunction =>
  taking("a list", [1], (compiler, call) => {
    const list = listAt(compiler, call, 0);
    const sorted = inOrder(withoutNull(list.elements));
    const found = sql`nullIf(${sorted}[${isLast ? -1 : 1}], '')`;
    return { sql: found, type: "structure", nullable: true };
  });

/** An element by its place as the engine counts; NULL outside of the list. */
const elementBy = (list: List, place: Sql): Value => ({
  sql: sql`nullIf(arrayElement(${list.elements}, ${place}), '')`,
  type: "structure",
  nullable: true,
});

const whole = (compiler: ExpressionCompiler, call: Call, place: number): Sql =>
  sql`toInt64(ifNull(${numberOf(compiler, call, place).sql}, 0))`;

export const openSearchArrays: FunctionTable = {
  array_append: toList(
    "a list and a value",
    [2],
    (list, compiler, call) => sql`arrayPushBack(${list}, ${elementAt(compiler, call, 1)})`,
  ),
  array_compact: toList("a list", [1], withoutNull),
  array_contains: taking("a list and a value", [2], (compiler, call) => {
    const list = listAt(compiler, call, 0);
    const wanted = elementAt(compiler, call, 1);
    const texts = sql`arrayMap(one -> ${shown(sql`one`)}, ${list.elements})`;
    const found = sql`has(${texts}, arrayMap(one -> ${shown(sql`one`)}, [${wanted}])[1])`;
    return { sql: given(list, found), type: "boolean", nullable: true };
  }),
  array_distinct: toList("a list", [1], (list) => sql`arrayDistinct(${list})`),
  array_except: toList(
    "two lists",
    [2],
    (list, compiler, call) =>
      sql`arrayDistinct(arrayFilter(one -> NOT has(${other(compiler, call)}, one), ${list}))`,
  ),
  array_get: taking("a list and a place, from 0", [2], (compiler, call) => {
    const list = listAt(compiler, call, 0);
    const place = whole(compiler, call, 1);
    const found = elementBy(list, sql`greatest(${place} + 1, 1)`);
    return { ...found, sql: sql`if(${place} < 0, NULL, ${found.sql})` };
  }),
  array_insert: toList("a list, a place and a value", [3], (list, compiler, call) => {
    const place = whole(compiler, call, 1);
    const size = sql`toInt64(length(${list}))`;
    const from = sql`if(${place} < 0, ${size} + ${place} + 2, ${place})`;
    const at = sql`least(greatest(${from}, 1), ${mostElements})`;
    const nulls = sql`arrayWithConstant(greatest(${at} - 1 - ${size}, 0), 'null')`;
    const before = sql`arrayConcat(arraySlice(${list}, 1, ${at} - 1), ${nulls})`;
    const value = sql`[${elementAt(compiler, call, 2)}]`;
    return sql`arrayConcat(${before}, ${value}, arraySlice(${list}, ${at}))`;
  }),
  array_intersect: toList(
    "two lists",
    [2],
    (list, compiler, call) =>
      sql`arrayDistinct(arrayFilter(one -> has(${other(compiler, call)}, one), ${list}))`,
  ),
  array_join: taking(
    "a list, a text between its elements, and maybe one for null",
    [2, 3],
    (compiler, call) => {
      const list = listAt(compiler, call, 0);
      const between = constantOf(compiler, call, 1) ?? "";
      const instead = constantOf(compiler, call, 2);
      const text = sql`if(one = 'null', ${instead ?? ""}, ${shown(sql`one`)})`;
      const filled = sql`arrayMap(one -> ${text}, ${list.elements})`;
      const texts =
        instead === undefined
          ? sql`arrayMap(one -> ${shown(sql`one`)}, ${withoutNull(list.elements)})`
          : filled;
      return { sql: given(list, sql`arrayStringConcat(${texts}, ${between})`), type: "text", nullable: true };
    },
  ),
  array_max: extreme(true),
  array_min: extreme(false),
  array_position: taking("a list and a value", [2], (compiler, call) => {
    const list = listAt(compiler, call, 0);
    const place = sql`toFloat64(indexOf(${list.elements}, ${elementAt(compiler, call, 1)}))`;
    return { sql: given(list, place), type: "number", nullable: true };
  }),
  array_prepend: toList(
    "a list and a value",
    [2],
    (list, compiler, call) => sql`arrayPushFront(${list}, ${elementAt(compiler, call, 1)})`,
  ),
  array_remove: toList(
    "a list and a value",
    [2],
    (list, compiler, call) => sql`arrayFilter(one -> one != ${elementAt(compiler, call, 1)}, ${list})`,
  ),
  array_repeat: taking("a value and a number", [2], (compiler, call) => {
    const count = sql`least(greatest(${whole(compiler, call, 1)}, 0), ${mostElements})`;
    const list = written(sql`arrayWithConstant(${count}, ${elementAt(compiler, call, 0)})`);
    return { sql: list, type: "structure", nullable: false };
  }),
  array_union: toList(
    "two lists",
    [2],
    (list, compiler, call) => sql`arrayDistinct(arrayConcat(${list}, ${other(compiler, call)}))`,
  ),
  arrays_overlap: taking("two lists", [2], (compiler, call) => {
    const [one, two] = [listAt(compiler, call, 0), listAt(compiler, call, 1)];
    const isFound = sql`hasAny(${withoutNull(one.elements)}, ${withoutNull(two.elements)})`;
    const hasNull = sql`has(${one.elements}, 'null') OR has(${two.elements}, 'null')`;
    const areFull = sql`notEmpty(${one.elements}) AND notEmpty(${two.elements})`;
    const found = sql`multiIf(${isFound}, 1, ${areFull} AND (${hasNull}), NULL, 0)`;
    return { sql: sql`if(${one.isList} AND ${two.isList}, ${found}, NULL)`, type: "boolean", nullable: true };
  }),
  /** Objects of which the members are counted from 0. */
  arrays_zip: {
    takes: "lists",
    doc: openSearchPage,
    compile(call, compiler) {
      if (call.arguments.length === 0) return compiler.wrongArguments(call);
      const lists = call.arguments.map((_, place) => listAt(compiler, call, place));
      const longest = sql`arrayMax([${joinSql(
        lists.map(({ elements }) => sql`length(${elements})`),
        ", ",
      )}])`;
      const members = lists.map(({ elements }, place) => {
        const element = sql`arrayElement(${elements}, place)`;
        return sql`${`${place === 0 ? "" : ","}"${place}":`}, if(${element} = '', 'null', ${element})`;
      });
      const object = sql`concat('{', ${joinSql(members, ", ")}, '}')`;
      const areLists = joinSql(
        lists.map(({ isList }) => isList),
        " AND ",
      );
      const zipped = written(sql`arrayMap(place -> ${object}, range(1, ${longest} + 1))`);
      return { sql: sql`if(${areLists}, ${zipped}, NULL)`, type: "structure", nullable: true };
    },
  },
  array_flatten: toList(
    "a list of lists",
    [1],
    (list) => sql`arrayFlatten(arrayMap(one -> JSONExtractArrayRaw(one), ${list}))`,
  ),
  element_at: taking("a list and a place, from 1", [2], (compiler, call) => {
    const list = listAt(compiler, call, 0);
    const place = whole(compiler, call, 1);
    const found = elementBy(list, sql`if(${place} = 0, 1, ${place})`);
    return { ...found, sql: sql`if(${place} = 0, NULL, ${found.sql})` };
  }),
  sequence: taking("two numbers and maybe a step", [2, 3], (compiler, call, _from, to, step) => {
    const [first, last] = [whole(compiler, call, 0), whole(compiler, call, 1)];
    const usual = sql`if(${first} <= ${last}, 1, -1)`;
    const by = step === undefined ? usual : whole(compiler, call, 2);
    if (to === undefined) return compiler.wrongArguments(call);
    const reach = sql`intDivOrZero(${last} - ${first}, ${by})`;
    const isEmpty = sql`${by} = 0 OR (${last} - ${first}) * ${by} < 0`;
    const count = sql`if(${isEmpty}, 0, least(${reach} + 1, ${mostElements}))`;
    const number = sql`toString(${first} + toInt64(place) * ${by})`;
    const numbers = sql`arrayMap(place -> ${number}, range(toUInt64(${count})))`;
    return { sql: written(numbers), type: "structure", nullable: false };
  }),
  shuffle: toList("a list", [1], (list) => sql`arrayShuffle(${list})`),
  size: taking("a list", [1], (compiler, call) => {
    const list = listAt(compiler, call, 0);
    return { sql: given(list, sql`toFloat64(length(${list.elements}))`), type: "number", nullable: true };
  }),
  slice: toList("a list, a place and a length", [3], (list, compiler, call) => {
    const place = whole(compiler, call, 1);
    const size = sql`greatest(${whole(compiler, call, 2)}, 0)`;
    return sql`arraySlice(${list}, if(${place} = 0, 1, ${place}), ${size})`;
  }),
  /** null comes first, in the other direction last. */
  sort_array: toList("a list, and maybe whether it goes up", [1, 2], (list, compiler, call) => {
    const [, direction] = call.arguments;
    if (direction !== undefined && direction.kind !== "boolean") compiler.wrongArguments(call);
    const nulls = sql`arrayFilter(one -> one = 'null', ${list})`;
    const sorted = inOrder(withoutNull(list));
    if (direction?.kind === "boolean" && !direction.value) {
      return sql`arrayConcat(arrayReverse(${sorted}), ${nulls})`;
    }
    return sql`arrayConcat(${nulls}, ${sorted})`;
  }),
};
