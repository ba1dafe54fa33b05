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

type Point = readonly [number, number];

/**
 * Of points that share a pixel's width the first, the lowest, the highest and the last: a line through them
 * covers the same pixels.
 */
export function thinned(points: readonly Point[]): readonly Point[] {
  const kept: Point[] = [];
  for (let start = 0; start < points.length;) {
    const column = Math.floor(points[start]?.[0] ?? 0);
    let end = start + 1;
    let [low, high] = [start, start];
    for (; end < points.length && Math.floor(points[end]?.[0] ?? 0) === column; end++) {
      if ((points[end]?.[1] ?? 0) < (points[low]?.[1] ?? 0)) low = end;
      if ((points[end]?.[1] ?? 0) > (points[high]?.[1] ?? 0)) high = end;
    }
    for (const index of new Set([start, Math.min(low, high), Math.max(low, high), end - 1])) {
      const point = points[index];
      if (point !== undefined) kept.push(point);
    }
    start = end;
  }
  return kept;
}

/** A path through points, from `M` on; more than a tenth of a pixel is not seen. */
export function pathOf(points: readonly Point[]): string {
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
