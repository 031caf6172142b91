import { spawnSync } from 'node:child_process';
import { inputFor, seededRandom } from '@assay/vision';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { pythonForTests } from './testing/python.ts';

const python = await pythonForTests();
const STRIDE = 32;

/** Lists of images in, the input for each list out. */
const SIZES = `
import json, sys
from job.input_size import Size, input_for
cases = json.load(sys.stdin)
sizes = [input_for([Size(*image) for image in images], side, ${STRIDE}) for side, images in cases]
json.dump([[size.width, size.height] for size in sizes], sys.stdout)`;

const random = seededRandom(1);
const whole = (least: number, most: number) => least + Math.floor((most - least + 1) * random());

/** As any camera has it, or of a shape that fills a multiple of the stride to the pixel, or is one pixel off. */
function image(side: number): [number, number] {
  const cells = side / STRIDE;
  const scale = whole(1, 100);
  const [long, short] = random() < 0.5 ? [whole(1, 5000), whole(1, 5000)] : [cells * scale, whole(1, cells) * scale];
  const size: [number, number] = [long, Math.max(1, short + whole(-1, 1))];
  return random() < 0.5 ? size : [size[1], size[0]];
}

it.skipIf(python === undefined)('both trainers export the same input for the same photographs', () => {
  const cases = Array.from({ length: 2000 }, (): [number, [number, number][]] => {
    const side = STRIDE * whole(2, 40);
    return [side, Array.from({ length: whole(1, 3) }, () => image(side))];
  });
  const { stdout, stderr } = spawnSync(python ?? '', ['-B', '-c', SIZES], {
    cwd: import.meta.dirname,
    input: JSON.stringify(cases),
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  const sizes = z.array(z.tuple([z.int(), z.int()])).parse(JSON.parse(stdout));
  const expected = cases.map(([side, images]) => {
    const input = inputFor(
      images.map(([width, height]) => ({ width, height })),
      side,
      STRIDE,
    );
    return [input.width, input.height];
  });
  expect(sizes).toEqual(expected);
});
