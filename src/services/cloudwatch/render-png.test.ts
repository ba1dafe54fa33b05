// The thread that draws images: what it refuses, what takes too long, and that it goes on after both.
import { expect, test } from "vitest";
import { readPng } from "../../../test/support/png.ts";
import { PngRenderer } from "./render-png.ts";

const square = (fill: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="10" height="10" fill="${fill}"/></svg>`;

test("images that are asked for at once are drawn in their order", async () => {
  const renderer = new PngRenderer();
  const colors = ["#ff0000", "#00ff00", "#0000ff"];
  const drawn = await Promise.all(colors.map((color) => renderer.render(square(color))));
  expect(drawn.map((png, index) => readPng(png).count(colors[index]!))).toEqual([100, 100, 100]);
});

test("what is no SVG fails, and the next image does not", async () => {
  const renderer = new PngRenderer();
  const failed = renderer.render("<svg");
  const next = renderer.render(square("#ff0000"));
  await expect(failed).rejects.toThrow(/unexpected end|parsing|unclosed|SVG/i);
  expect(readPng(await next).count("#ff0000")).toBe(100);
});

test("an image that takes too long is given up, and more than may wait are refused", async () => {
  const renderer = new PngRenderer({ imageMs: 0, waitingImages: 1 });
  const slow = renderer.render(square("#ff0000"));
  await expect(renderer.render(square("#ff0000"))).rejects.toThrow("Too many images");
  await expect(slow).rejects.toThrow("too large");
});

test("a thread that ended for lack of work is started again", async () => {
  const renderer = new PngRenderer({ idleMs: 0 });
  await renderer.render(square("#ff0000"));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(readPng(await renderer.render(square("#ff0000"))).count("#ff0000")).toBe(100);
});
