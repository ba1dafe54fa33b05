// Colours and sizes of widgets' images.

export interface Colors {
  readonly background: string;
  readonly title: string;
  readonly label: string;
  readonly grid: string;
  readonly axis: string;
  readonly warning: string;
  readonly annotation: string;
}

export const themes: Readonly<Record<"light" | "dark", Colors>> = {
  light: {
    background: "#ffffff",
    title: "#16191f",
    label: "#545b64",
    grid: "#eaeded",
    axis: "#aab7b8",
    warning: "#ec7211",
    annotation: "#d13212",
  },
  dark: {
    background: "#0f1b2a",
    title: "#ffffff",
    label: "#b6bec9",
    grid: "#243244",
    axis: "#5f6b7a",
    warning: "#ffb347",
    annotation: "#ff7d6b",
  },
};

const palette = [
  "#1f77b4",
  "#ff7f0e",
  "#2ca02c",
  "#d62728",
  "#9467bd",
  "#8c564b",
  "#e377c2",
  "#7f7f7f",
  "#bcbd22",
  "#17becf",
  "#3184c2",
  "#f89256",
] as const;

/** The colour of the series at a place, when it has none of its own. */
export const colorAt = (index: number): string => palette[index % palette.length] ?? "#1f77b4";

/** Of what is expected, behind what is. */
export const bandColor = "#95a5a6";

export const sizes = {
  margin: 16,
  title: 15,
  text: 11,
  legend: 12,
  legendRow: 20,
  /** Of the square before a label. */
  swatch: 10,
} as const;
