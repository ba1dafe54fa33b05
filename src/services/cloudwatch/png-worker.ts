// The thread that turns SVG into PNG: resvg as WebAssembly, with the fonts that come with it.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { parentPort } from "node:worker_threads";
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import { fontFamily } from "../../core/widgets/draw-widget.ts";

/** What came of an SVG. They are answered in their order. */
export type PngAnswer = { readonly png: Uint8Array } | { readonly problem: string };

const require = createRequire(import.meta.url);
const [module, ...fontBuffers] = await Promise.all([
  readFile(require.resolve("@resvg/resvg-wasm/index_bg.wasm")),
  readFile(require.resolve("@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf")),
  readFile(require.resolve("@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf")),
]);
await initWasm(module);
const font = { fontBuffers, defaultFontFamily: fontFamily, sansSerifFamily: fontFamily };

parentPort?.on("message", (svg: string) => parentPort?.postMessage(answer(svg), []));

function answer(svg: string): PngAnswer {
  try {
    return { png: render(svg) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function render(svg: string): Uint8Array {
  const image = new Resvg(svg, { font });
  try {
    const rendered = image.render();
    const png = rendered.asPng();
    rendered.free();
    return png;
  } finally {
    image.free();
  }
}
