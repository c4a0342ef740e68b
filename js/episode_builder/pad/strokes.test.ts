import assert from "node:assert/strict";
import { test } from "node:test";
import { coverage, PAD, toMiddle, traceStrokes } from "./strokes.ts";

test("a drawing is brought to the middle by its extremes, not by its points", () => {
  const way = toMiddle([
    [
      [0, 10, 0.5],
      [20, 10, 0.5],
    ],
    [[18, 30, 1]],
  ]);
  assert.deepEqual(way, [PAD / 2 - 10, PAD / 2 - 20]);
});

test("a pixel is the share that ink covers", () => {
  const ink = (u: number, v: number) => (u < 3 && v < 2 ? 255 : 0); // of 6 x 4 fine pixels
  assert.deepEqual([...coverage(2, 3, 2, ink)], [255, 128, 0, 0, 0, 0]);
});

test("a stroke runs from its first point to its last, a dot has a length, and pressure widens it", () => {
  const calls: [string, ...number[]][] = [];
  const pen = {
    lineWidth: 0,
    beginPath() {},
    stroke: () => calls.push(["width", pen.lineWidth]),
    moveTo: (...at: number[]) => calls.push(["from", ...at]),
    quadraticCurveTo: (...at: number[]) => calls.push(["to", ...at]),
  };
  const ctx = pen as unknown as CanvasRenderingContext2D;
  traceStrokes(ctx, [[[5, 6, 0.5]]], 10);
  assert.deepEqual(calls.splice(0), [
    ["from", 5, 6],
    ["to", 5, 6, 5, 6.01],
    ["width", 10],
  ]);
  const stroke: [number, number, number][] = [
    [0, 0, 0],
    [10, 0, 1],
    [10, 10, 0.5],
  ];
  traceStrokes(ctx, [stroke], 10);
  assert.deepEqual(calls, [
    ["from", 0, 0],
    ["to", 0, 0, 5, 0],
    ["width", 6],
    ["from", 5, 0],
    ["to", 10, 0, 10, 10],
    ["width", 14],
  ]);
});
