// Turns SVG into PNG. What does it is loaded when the first image is asked for, and stays.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fontFamily } from "../../core/widgets/draw-widget.ts";

type Render = (svg: string) => Uint8Array;

let rendering: Promise<Render> | undefined;

/** resvg as WebAssembly, without access to anything of this machine, and the fonts that come with it. */
export async function renderPng(svg: string): Promise<Uint8Array> {
  rendering ??= loadRenderer().catch((error: unknown) => {
    rendering = undefined;
    throw error;
  });
  return (await rendering)(svg);
}

async function loadRenderer(): Promise<Render> {
  const require = createRequire(import.meta.url);
  const [{ initWasm, Resvg }, module, ...fontBuffers] = await Promise.all([
    import("@resvg/resvg-wasm"),
    readFile(require.resolve("@resvg/resvg-wasm/index_bg.wasm")),
    readFile(require.resolve("@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf")),
    readFile(require.resolve("@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf")),
  ]);
  await initWasm(module);
  const font = { fontBuffers, defaultFontFamily: fontFamily, sansSerifFamily: fontFamily };
  return (svg) => {
    const image = new Resvg(svg, { font });
    try {
      const rendered = image.render();
      const png = rendered.asPng();
      rendered.free();
      return png;
    } finally {
      image.free();
    }
  };
}
