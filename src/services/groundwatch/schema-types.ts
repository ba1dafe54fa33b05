// The types of the own service's inputs and outputs, computed from its schema: nothing is declared twice.
import type * as schema from "./schema.ts";

type Names = readonly string[];

/** The first `Count` items of a tuple: required members come first. */
type Take<
  Items extends readonly unknown[],
  Count,
  Taken extends readonly unknown[] = [],
> = Taken["length"] extends Count
  ? Taken
  : Items extends readonly [infer First, ...infer Rest]
    ? Take<Rest, Count, [...Taken, First]>
    : Taken;

type MembersOf<Members extends Names, Schemas> = {
  [Index in Exclude<keyof Members, keyof Names> as Members[Index] & string]: Index extends keyof Schemas
    ? ValueOf<Schemas[Index]>
    : never;
};

type StructureOf<Members extends Names, Schemas, Required> = {
  [Name in keyof MembersOf<Members, Schemas> & Take<Members, Required>[number]]: MembersOf<
    Members,
    Schemas
  >[Name];
} & {
  [Name in Exclude<keyof MembersOf<Members, Schemas>, Take<Members, Required>[number]>]?:
    | MembersOf<Members, Schemas>[Name]
    | undefined;
};

/** The events of a stream: each has one of the members. */
type OneOf<Members> = {
  [Name in keyof Members]: { [Key in Name]: Members[Key] } & {
    [Other in Exclude<keyof Members, Name>]?: undefined;
  };
}[keyof Members];

type ValueOf<Schema> = Schema extends 0
  ? string
  : Schema extends 1
    ? number
    : Schema extends 2
      ? boolean
      : Schema extends 64
        ? string[]
        : Schema extends () => infer Referred
          ? ValueOf<Referred>
          : Schema extends readonly [0, string, string, number, infer Simple]
            ? ValueOf<Simple>
            : Schema extends readonly [1, string, string, number, infer Item]
              ? ValueOf<Item>[]
              : Schema extends readonly [
                    4,
                    string,
                    string,
                    { readonly streaming: 1 },
                    infer Members extends Names,
                    infer Schemas,
                  ]
                ? AsyncIterable<OneOf<MembersOf<Members, Schemas>>>
                : Schema extends readonly [
                      3,
                      string,
                      string,
                      number,
                      infer Members extends Names,
                      infer Schemas,
                    ]
                  ? StructureOf<Members, Schemas, 0>
                  : Schema extends readonly [
                        3,
                        string,
                        string,
                        number,
                        infer Members extends Names,
                        infer Schemas,
                        infer Required,
                      ]
                    ? StructureOf<Members, Schemas, Required>
                    : never;

type Schema = typeof schema;

/** `"GetClock" | "AdvanceClock" | ...` */
export type OperationName = {
  [Key in keyof Schema]: Schema[Key] extends readonly [9, string, infer Name, ...unknown[]] ? Name : never;
}[keyof Schema];

export type OperationInput<Name extends OperationName> = Schema[`${Name}$`][4] extends infer Input
  ? ValueOf<Input>
  : never;

export type OperationOutput<Name extends OperationName> = Schema[`${Name}$`][5] extends infer Output
  ? ValueOf<Output>
  : never;

/**
 * The schema as an SDK package would look: a command class for each operation, of which only the types
 * exist.
 */
export type GroundwatchSdk = Schema & {
  readonly [Name in OperationName as `${Name}Command`]: abstract new () => {
    input: OperationInput<Name>;
    resolveMiddleware(): () => Promise<{ output: OperationOutput<Name> }>;
  };
};
