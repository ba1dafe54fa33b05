// What a part of a dashboard's body may look like, as data, and the check that finds where it does not.

/** Something that CloudWatch says about a body; `path` is a JSON pointer: `/widgets/0/properties`. */
export interface BodyMessage {
  readonly path: string;
  readonly message: string;
}

export type Shape =
  | {
      readonly kind: "string";
      readonly oneOf?: readonly string[];
      readonly pattern?: RegExp;
      readonly atLeast?: number;
      readonly atMost?: number;
    }
  | { readonly kind: "number" | "integer"; readonly least?: number; readonly most?: number }
  | { readonly kind: "boolean" }
  | { readonly kind: "anything" }
  | { readonly kind: "array"; readonly items: Shape; readonly atLeast?: number; readonly atMost?: number }
  /** One of several forms; the first is the one whose messages are told when none fits. */
  | { readonly kind: "either"; readonly forms: readonly [Shape, ...Shape[]] }
  | ObjectShape;

export interface ObjectShape {
  readonly kind: "object";
  readonly members: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
}

/** Members that a shape does not name are no error: such a dashboard is stored, with a warning. */
export interface ShapeFindings {
  readonly errors: readonly BodyMessage[];
  readonly warnings: readonly BodyMessage[];
}

type JsonObject = Readonly<Record<string, unknown>>;

/** The messages have the words of CloudWatch's validator, which are those of ajv with a capital letter. */
export function checkShape(shape: Shape, value: unknown, path: string): ShapeFindings {
  const errors: BodyMessage[] = [];
  const warnings: BodyMessage[] = [];
  visit(shape, value, path);
  return { errors, warnings };

  function visit(expected: Shape, found: unknown, at: string): void {
    const refuse = (message: string) => void errors.push({ path: at, message });
    switch (expected.kind) {
      case "anything":
        return;
      case "string":
        if (typeof found === "string") refuseText(expected, found, refuse);
        else refuse("Should be string");
        return;
      case "boolean":
        if (typeof found !== "boolean") refuse("Should be boolean");
        return;
      case "number":
      case "integer":
        if (typeof found !== "number") refuse(`Should be ${expected.kind}`);
        else if (expected.kind === "integer" && !Number.isInteger(found)) refuse("Should be integer");
        else refuseNumber(expected, found, refuse);
        return;
      case "array":
        if (!isArray(found)) return refuse("Should be array");
        refuseLength(expected, found.length, refuse);
        for (const [index, item] of found.entries()) visit(expected.items, item, `${at}/${index}`);
        return;
      case "either":
        return visitForms(expected.forms, found, at);
      case "object":
        if (isObject(found)) visitMembers(expected, found, at);
        else refuse("Should be object");
    }
  }

  function visitForms(forms: readonly [Shape, ...Shape[]], found: unknown, at: string): void {
    const fitting = forms.find((form) => checkShape(form, found, at).errors.length === 0);
    visit(fitting ?? forms[0], found, at);
  }

  function visitMembers({ members, required = [] }: ObjectShape, found: JsonObject, at: string): void {
    for (const name of required) {
      if (!Object.hasOwn(found, name)) {
        errors.push({ path: at, message: `Should have required property '${name}'` });
      }
    }
    for (const [name, value] of Object.entries(found)) {
      const expected = Object.hasOwn(members, name) ? members[name] : undefined;
      const inside = `${at}/${pointerPart(name)}`;
      if (expected !== undefined) visit(expected, value, inside);
      else warnings.push({ path: inside, message: "Should NOT have additional properties" });
    }
  }
}

type Refuse = (message: string) => void;

function refuseText(shape: Shape & { kind: "string" }, text: string, refuse: Refuse): void {
  const { oneOf, pattern, atLeast = 0, atMost = Number.POSITIVE_INFINITY } = shape;
  if (oneOf !== undefined && !oneOf.includes(text)) refuse("Should be equal to one of the allowed values");
  if (pattern !== undefined && !pattern.test(text)) refuse(`Should match pattern "${pattern.source}"`);
  if (text.length < atLeast) refuse(`Should NOT be shorter than ${atLeast} characters`);
  if (text.length > atMost) refuse(`Should NOT be longer than ${atMost} characters`);
}

function refuseNumber(
  { least, most }: { readonly least?: number; readonly most?: number },
  found: number,
  refuse: Refuse,
): void {
  if (least !== undefined && found < least) refuse(`Should be >= ${least}`);
  if (most !== undefined && found > most) refuse(`Should be <= ${most}`);
}

function refuseLength(
  { atLeast = 0, atMost = Number.POSITIVE_INFINITY }: Shape & { kind: "array" },
  length: number,
  refuse: Refuse,
): void {
  if (length < atLeast) refuse(`Should NOT have less than ${atLeast} items`);
  if (length > atMost) refuse(`Should NOT have more than ${atMost} items`);
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export const isArray = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** RFC 6901: a slash and a tilde in a name are written with tildes. */
const pointerPart = (name: string) => name.replaceAll("~", "~0").replaceAll("/", "~1");
