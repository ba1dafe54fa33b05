// The legend of a widget: which colour is which series.
import type { Box } from "./series.ts";
import { element, text } from "./svg.ts";
import { fitText, textWidth } from "./text-width.ts";
import { sizes, type Colors } from "./theme.ts";

export interface LegendEntry {
  readonly label: string;
  readonly color: string;
}

export interface Legend {
  readonly svg: string;
  /** What is left for the graph. */
  readonly rest: Box;
}

interface Question {
  readonly entries: readonly LegendEntry[];
  readonly position: "bottom" | "right" | "hidden";
  readonly box: Box;
  readonly colors: Colors;
  /** Whether data is missing, which a triangle before the legend tells. */
  readonly isPartial: boolean;
}

const gap = 18;
const labelAt = sizes.swatch + 6;
/** A legend takes at most this share of the image. */
const largestShare = 0.4;

export function drawLegend(question: Question): Legend {
  const { entries, position, box, isPartial } = question;
  if (position === "hidden" || (entries.length === 0 && !isPartial)) return { svg: "", rest: box };
  return position === "right" ? atRight(question) : atBottom(question);
}

function atRight({ entries, box, colors, isPartial }: Question): Legend {
  const widest = Math.max(0, ...entries.map(({ label }) => textWidth(label, sizes.legend)));
  const width = Math.min(box.width * largestShare, widest + labelAt + gap);
  const rows = Math.max(1, Math.floor(box.height / sizes.legendRow) - (isPartial ? 1 : 0));
  const x = box.x + box.width - width + gap / 2;
  const placed = shortened(entries, rows).map((entry, index) => {
    const y = box.y + (index + (isPartial ? 1 : 0)) * sizes.legendRow;
    return drawEntry(entry, { x, y, width: width - gap / 2, height: sizes.legendRow }, colors);
  });
  return {
    svg: (isPartial ? triangle(x, box.y, colors) : "") + placed.join(""),
    rest: { ...box, width: box.width - width },
  };
}

function atBottom({ entries, box, colors, isPartial }: Question): Legend {
  const most = Math.max(1, Math.floor((box.height * largestShare) / sizes.legendRow));
  const places: { readonly entry: LegendEntry; readonly x: number; readonly row: number }[] = [];
  let x = isPartial ? labelAt + 4 : 0;
  let row = 0;
  for (const entry of entries) {
    const width = Math.min(box.width, textWidth(entry.label, sizes.legend) + labelAt);
    if (x > 0 && x + width > box.width) {
      row += 1;
      x = 0;
    }
    places.push({ entry, x, row });
    x += width + gap;
  }
  const rows = Math.min(most, row + 1);
  const top = box.y + box.height - rows * sizes.legendRow;
  const shown = places.filter((place) => place.row < rows);
  const placed = shown.map(({ entry, x: left, row: line }, index) => {
    const isLast = index === shown.length - 1 && shown.length < places.length;
    const label = isLast ? `${places.length - index} more` : entry.label;
    const y = top + line * sizes.legendRow;
    const room = { x: box.x + left, y, width: box.width - left, height: sizes.legendRow };
    return drawEntry({ label, color: isLast ? colors.axis : entry.color }, room, colors);
  });
  return {
    svg: (isPartial ? triangle(box.x, top, colors) : "") + placed.join(""),
    rest: { ...box, height: box.height - rows * sizes.legendRow - 6 },
  };
}

/** The last entry tells how many there is no room for. */
function shortened(entries: readonly LegendEntry[], room: number): readonly LegendEntry[] {
  if (entries.length <= room) return entries;
  const kept = entries.slice(0, room - 1);
  return [...kept, { label: `${entries.length - kept.length} more`, color: "none" }];
}

function drawEntry({ label, color }: LegendEntry, { x, y, width, height }: Box, colors: Colors): string {
  const middle = y + height / 2;
  const swatch = element("rect", {
    x,
    y: middle - sizes.swatch / 2,
    width: sizes.swatch,
    height: sizes.swatch,
    rx: 2,
    fill: color,
  });
  const shown = fitText(label, sizes.legend, width - labelAt);
  return (
    swatch +
    text(shown, { x: x + labelAt, y: middle + sizes.legend * 0.35, size: sizes.legend, fill: colors.label })
  );
}

function triangle(x: number, y: number, colors: Colors): string {
  const middle = y + sizes.legendRow / 2;
  const shape = element("path", {
    d: `M${x + 7} ${middle - 7}L${x + 14} ${middle + 6}L${x} ${middle + 6}Z`,
    fill: colors.warning,
    stroke: colors.warning,
    "stroke-linejoin": "round",
    "stroke-width": 1,
  });
  const mark = { x: x + 7, y: middle + 5, size: 10, fill: colors.background, bold: true };
  return shape + text("!", { ...mark, anchor: "middle" });
}
