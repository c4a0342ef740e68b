import assert from "node:assert/strict";
import { test } from "node:test";
import { Camera } from "./camera.ts";
import { enclosedBy, markAt, type Point, roomFor, towards } from "./places.ts";

/** 100 by 100 pixels over 10 by 10 units: place (x, y) is pixel (10 x, 100 - 10 y). */
const camera = new Camera();
camera.size(100, 100);
camera.bounds([0, 0, 10, 10]);
camera.reset();

test("the nearest mark within reach is hit, and none beyond it", () => {
  const places = [1, 9, 2, 9, NaN, NaN, 9, 1];
  assert.equal(markAt({ places, camera, reach: 12 }, [14, 10]), 0);
  assert.equal(markAt({ places, camera, reach: 12 }, [16, 10]), 1);
  assert.equal(markAt({ places, camera, reach: 12 }, [90, 79]), 3);
  assert.equal(markAt({ places, camera, reach: 12 }, [90, 77]), -1);
  assert.equal(markAt({ places, camera, reach: Infinity }, [50, 50]), 1);
});

test("a square mark is hit anywhere inside, unless another is nearer", () => {
  const places = [5, 5, 8, 5];
  const half = (i: number) => (i === 0 ? 40 : 0);
  assert.equal(markAt({ places, camera, reach: 12, half }, [15, 15]), 0);
  assert.equal(markAt({ places, camera, reach: 12, half }, [75, 50]), 1);
  assert.equal(markAt({ places, camera, reach: 12, half }, [75, 60]), 1);
  assert.equal(markAt({ places, camera, reach: 12, half }, [5, 5]), -1);
});

test("as a scan by plain distances, for a thousand random pixels", () => {
  let seed = 1;
  const random = () => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return (10 * seed) / 0x7fffffff;
  };
  const places = Array.from({ length: 400 }, random);
  for (let round = 0; round < 1000; round++) {
    const [u, v]: Point = [10 * random(), 10 * random()];
    const away = places
      .filter((_, k) => k % 2 === 0)
      .map((x, i) => Math.hypot(10 * x - u, 100 - 10 * places[2 * i + 1] - v));
    const least = Math.min(...away);
    assert.equal(
      markAt({ places, camera, reach: 6 }, [u, v]),
      least < 6 ? away.indexOf(least) : -1,
    );
  }
});

test("an arrow key goes to the nearest place ahead", () => {
  const places = [0, 0, 1, 0.2, 3, 0, -1, 0, 0.5, 2, NaN, 0];
  assert.equal(towards(places, 0, [1, 0]), 1);
  assert.equal(towards(places, 0, [-1, 0]), 3);
  assert.equal(towards(places, 0, [0, -1]), 4); // up on the screen is where y grows
  assert.equal(towards(places, 0, [0, 1]), -1);
  assert.equal(towards(places, 1, [1, 0]), 2);
  assert.equal(towards(places, 0, [1, 0], 1.5), 2); // all nearer than this is passed over
  assert.equal(towards(places, 0, [1, 0], 5), -1);
});

test("an outline holds what lies inside, whatever its shape", () => {
  const places = [1, 1, 5, 5, 5, 9, 9, 1, NaN, NaN];
  const u: Point[] = [
    [0, 100],
    [100, 100],
    [100, 0],
    [70, 0],
    [70, 70],
    [30, 70],
    [30, 0],
    [0, 0],
  ];
  assert.deepEqual(enclosedBy(u, places, camera), [0, 3]);
  assert.deepEqual(enclosedBy([...u].reverse(), places, camera), [0, 3]);
  assert.deepEqual(enclosedBy([], places, camera), []);
});

test("pictures that have room do not overlap, the first in order win, and none that fits is left out", () => {
  const n = 300;
  const places = Float32Array.from({ length: 2 * n }, (_, i) => ((i * 7919) % 1009) / 100);
  places[10] = NaN;
  const order = Array.from({ length: n }, (_, i) => (i * 7) % n);
  const [scale, size] = [50, 30];
  const shown = roomFor(places, order, scale, size);
  const overlap = (i: number, j: number) =>
    [0, 1].every((k) => Math.abs(places[2 * i + k] - places[2 * j + k]) * scale < size);
  for (const [at, i] of order.entries()) {
    const taken = order.slice(0, at).some((j) => shown[j] && overlap(i, j));
    assert.equal(shown[i], i === 5 || taken ? 0 : 1, `place ${i}`);
  }
});
