// Random commands of PPL, and what they make of rows in memory: an oracle for the tests of the language.
import {
  aggregate,
  compare,
  condition,
  names,
  term,
  type Kind,
  type Pick,
  type Row,
  type Table,
} from "./ppl-expressions.ts";

interface Step {
  readonly text: string;
  readonly apply: (table: Table) => Table;
}

/** Takes commands as long as there are choices, and with their text what they make of the rows. */
export function randomCommands(table: Table, choices: readonly number[]) {
  const left = [...choices];
  const pick: Pick = (list) => list[(left.shift() ?? 0) % list.length]!;
  let answer = table;
  let text = "";
  while (left.length > 0) {
    const step = pick(commands)(answer, pick);
    if (step === undefined) continue;
    text += ` | ${step.text}`;
    answer = step.apply(answer);
  }
  return { text, answer };
}

const some = (list: readonly string[], pick: Pick, most: number): readonly string[] => {
  const count = 1 + pick(Array.from({ length: most }, (_, index) => index));
  return [...new Set(Array.from({ length: count }, () => pick(list)))];
};

/** Keys that differ exactly where the values do. */
const keyOf = (row: Row, columns: readonly string[]): string =>
  JSON.stringify(columns.map((name) => (row[name] === undefined ? [] : [String(row[name])])));

const byKey = (rows: readonly Row[], columns: readonly string[]): readonly (readonly Row[])[] => [
  ...groupBy(rows, (row) => keyOf(row, columns)).values(),
];

function groupBy(rows: readonly Row[], key: (row: Row) => string): ReadonlyMap<string, readonly Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return groups;
}

interface SortKey {
  readonly name: string;
  readonly descending: boolean;
  readonly missing: "first" | "last";
}

const sorted = (rows: readonly Row[], keys: readonly SortKey[]): readonly Row[] =>
  rows.toSorted((one, other) => {
    for (const { name, descending, missing } of keys) {
      const [a, b] = [one[name], other[name]];
      if (a === undefined || b === undefined) {
        const absent = compare(a, b) * (missing === "first" ? -1 : 1);
        if (absent !== 0) return absent;
        continue;
      }
      const order = compare(a, b) * (descending ? -1 : 1);
      if (order !== 0) return order;
    }
    return 0;
  });

const up = (name: string): SortKey => ({ name, descending: false, missing: "first" });

/** All columns, so that there is one order. */
const sortedByAll = (table: Table): Step => ({
  text: `sort ${names(table).join(", ")}`,
  apply: (given) => ({ ...given, rows: sorted(given.rows, names(given).map(up)) }),
});

const inTurn = (...steps: readonly Step[]): Step => ({
  text: steps.map(({ text }) => text).join(" | "),
  apply: (table) => steps.reduce((given, step) => step.apply(given), table),
});

let made = 0;
const newName = () => `c${(made += 1)}`;

type Command = (table: Table, pick: Pick) => Step | undefined;

const commands: readonly Command[] = [
  (table, pick) => {
    const { text, holds } = condition(table, pick);
    return {
      text: `where ${text}`,
      apply: (given) => ({ ...given, rows: given.rows.filter((row) => holds(row) === true) }),
    };
  },
  evaluate,
  evaluate,
  (table, pick) => {
    const kept = some(names(table), pick, 4);
    return { text: `fields ${kept.join(", ")}`, apply: (given) => onlyColumns(given, kept) };
  },
  (table, pick) => {
    const keys = some(names(table), pick, 2);
    const read = keys.map((name) => ({ name, sign: pick(["", "+ ", "- "]) }));
    const rest = names(table).filter((name) => !keys.includes(name));
    const all = [
      ...read.map(({ name, sign }) => ({
        name,
        descending: sign === "- ",
        missing: sign === "- " ? ("last" as const) : ("first" as const),
      })),
      ...rest.map(up),
    ];
    return {
      text: `sort ${[...read.map(({ name, sign }) => `${sign}${name}`), ...rest].join(", ")}`,
      apply: (given) => ({ ...given, rows: sorted(given.rows, all) }),
    };
  },
  (_table, pick) => {
    const [count, from] = [pick([1, 2, 3, 5]), pick([0, 0, 1, 2])];
    return {
      text: `head ${count}${from === 0 ? "" : ` from ${from}`}`,
      apply: (given) => ({ ...given, rows: given.rows.slice(from, from + count) }),
    };
  },
  (table, pick) => {
    const [count, keys, keeps] = [pick([1, 2]), some(names(table), pick, 2), pick([false, true])];
    return {
      text: `dedup ${count} ${keys.join(", ")}${keeps ? " keepempty=true" : ""}`,
      apply(given) {
        const seen = new Map<string, number>();
        const rows = given.rows.filter((row) => {
          if (keys.some((name) => row[name] === undefined)) return keeps;
          const times = (seen.get(keyOf(row, keys)) ?? 0) + 1;
          seen.set(keyOf(row, keys), times);
          return times <= count;
        });
        return { ...given, rows };
      },
    };
  },
  (table, pick) => {
    const aggregates = Array.from({ length: pick([1, 2]) }, () => ({
      ...aggregate(table, pick),
      name: newName(),
    }));
    const by = pick([true, true, false]) ? some(names(table), pick, 2) : [];
    const items = aggregates.map(({ text, name }) => `${text} as ${name}`).join(", ");
    const step: Step = {
      text: `stats ${items}${by.length === 0 ? "" : ` by ${by.join(", ")}`}`,
      apply(given) {
        const groups = by.length === 0 ? [given.rows] : byKey(given.rows, by);
        const rows = groups.map((group) => ({
          ...Object.fromEntries(by.map((name) => [name, group[0]?.[name]])),
          ...Object.fromEntries(aggregates.map(({ name, of }) => [name, of(group)])),
        }));
        const kinds = new Map<string, Kind>([
          ...by.map((name) => [name, given.kinds.get(name) ?? "text"] as const),
          ...aggregates.map(({ name, kind }) => [name, kind] as const),
        ]);
        return { rows, kinds };
      },
    };
    return inTurn(step, sortedByAll(step.apply(table)));
  },
  (table, pick) => {
    const { text, of, kind } = aggregate(table, pick);
    const name = newName();
    const by = pick([true, true, false]) ? some(names(table), pick, 2) : [];
    const step: Step = {
      text: `eventstats ${text} as ${name}${by.length === 0 ? "" : ` by ${by.join(", ")}`}`,
      apply: (given) => ({
        rows: given.rows.map((row) => ({
          ...row,
          [name]: of(given.rows.filter((other) => keyOf(other, by) === keyOf(row, by))),
        })),
        kinds: new Map([...given.kinds, [name, kind]]),
      }),
    };
    return inTurn(step, sortedByAll(step.apply(table)));
  },
  (table, pick) => mostFrequent(table, pick, "top"),
  (table, pick) => mostFrequent(table, pick, "rare"),
  (table, pick) => {
    const [from, to] = [pick(names(table)), newName()];
    const renamed = (name: string) => (name === from ? to : name);
    return {
      text: `rename ${from} as ${to}`,
      apply: (given) => ({
        rows: given.rows.map((row) =>
          Object.fromEntries(Object.entries(row).map(([name, value]) => [renamed(name), value])),
        ),
        kinds: new Map([...given.kinds].map(([name, kind]) => [renamed(name), kind])),
      }),
    };
  },
  (table, pick) => {
    const columns = names(table, "number");
    if (columns.length === 0) return undefined;
    const name = pick(columns);
    return {
      text: pick([`fillnull with 9 in ${name}`, `fillnull using ${name} = 9`, `fillnull value=9 ${name}`]),
      apply: (given) => ({ ...given, rows: given.rows.map((row) => ({ ...row, [name]: row[name] ?? 9 })) }),
    };
  },
  (table, pick) => {
    const columns = names(table, "number");
    if (columns.length === 0) return undefined;
    const [name, as, size] = [pick(columns), newName(), pick([1, 2, 3])];
    return inTurn(sortedByAll(table), {
      text: `trendline sma(${size}, ${name}) as ${as}`,
      apply: (given) => ({
        rows: given.rows.map((row, index) => {
          const window = given.rows.slice(Math.max(0, index - size + 1), index + 1).map((one) => one[name]);
          const isWhole = window.length === size && window.every((value) => value !== undefined);
          const sum = window.reduce((total: number, value) => total + Number(value), 0);
          return { ...row, [as]: isWhole ? sum / size + 0 : undefined };
        }),
        kinds: new Map([...given.kinds, [as, "number"]]),
      }),
    });
  },
];

function onlyColumns(given: Table, kept: readonly string[]): Table {
  return {
    rows: given.rows.map((row) => Object.fromEntries(kept.map((name) => [name, row[name]]))),
    kinds: new Map(kept.map((name) => [name, given.kinds.get(name) ?? "text"])),
  };
}

function evaluate(table: Table, pick: Pick): Step {
  const { text, of, kind } = term(table, pick);
  const name = pick([true, true, false]) ? newName() : pick(names(table));
  return {
    text: `eval ${name} = ${text}`,
    apply: (given) => ({
      rows: given.rows.map((row) => ({ ...row, [name]: of(row) })),
      kinds: new Map([...given.kinds, [name, kind]]),
    }),
  };
}

function mostFrequent(table: Table, pick: Pick, word: "top" | "rare"): Step {
  const [count, fields] = [pick([1, 2, 5]), some(names(table), pick, 2)];
  const others = names(table).filter((name) => !fields.includes(name) && name !== "count");
  const by = others.length > 0 && pick([true, false]) ? some(others, pick, 2) : [];
  const columns = [...fields, ...by];
  const last = (name: string): SortKey => ({ name, descending: false, missing: "last" });
  const step: Step = {
    text: `${word} ${count} ${fields.join(", ")}${by.length === 0 ? "" : ` by ${by.join(", ")}`}`,
    apply(given) {
      const counted = byKey(given.rows, columns).map((group) => ({
        ...Object.fromEntries(columns.map((name) => [name, group[0]?.[name]])),
        count: group.length,
      }));
      const inOrder = sorted(counted, [
        { name: "count", descending: word === "top", missing: "last" },
        ...columns.map(last),
      ]);
      const rows =
        by.length === 0
          ? inOrder.slice(0, count)
          : byKey(inOrder, by).flatMap((group) => group.slice(0, count));
      const kinds = [...columns, "count"].map((name) => [name, given.kinds.get(name) ?? "number"] as const);
      return { rows, kinds: new Map(kinds) };
    },
  };
  return inTurn(step, sortedByAll(step.apply(table)));
}
