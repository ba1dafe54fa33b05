// Writes SVG: elements as text, with their attributes escaped.

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element; `content` is SVG already. */
export function element(name: string, attributes: Attributes, content = ""): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? rounded(value) : escape(value ?? "")}"`)
    .join("");
  return content === "" ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`;
}

export interface TextStyle {
  readonly x: number;
  /** Of the base line. */
  readonly y: number;
  readonly size: number;
  readonly fill: string;
  readonly anchor?: "start" | "middle" | "end";
  readonly bold?: boolean;
  /** The colour behind the letters, where they are over something. */
  readonly halo?: string;
}

export function text(content: string, { x, y, size, fill, anchor, bold, halo }: TextStyle): string {
  const attributes = {
    x,
    y,
    fill,
    "font-size": size,
    "text-anchor": anchor,
    "font-weight": bold === true ? 600 : undefined,
    ...(halo === undefined
      ? {}
      : { stroke: halo, "stroke-width": 4, "stroke-linejoin": "round", "paint-order": "stroke" }),
  };
  return element("text", attributes, escape(content));
}

/** A path through points, from `M` on; more than a tenth of a pixel is not seen. */
export function pathOf(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y], index) => `${index === 0 ? "M" : "L"}${rounded(x)} ${rounded(y)}`).join("");
}

export const rounded = (value: number) => String(Math.round(value * 10) / 10);

/** What XML cannot hold at all is left out. */
function escape(value: string): string {
  return value
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
