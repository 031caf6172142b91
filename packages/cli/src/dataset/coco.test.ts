import { expect, test } from 'vitest';
import { parseCoco, refuseCrowds } from './coco.ts';

const file = {
  categories: [{ id: 3, name: 'scratch' }],
  images: [{ id: 1, file_name: 'a.jpg', width: 10, height: 8, group: 'tag-1' }],
  annotations: [{ image_id: 1, category_id: 3, bbox: [1, 2, 3, 4] }],
};

test('gives each image its boxes, class names and part', () => {
  expect(parseCoco(JSON.stringify(file), 'x.json')).toEqual({
    classes: ['scratch'],
    images: [
      {
        fileName: 'a.jpg',
        width: 10,
        height: 8,
        part: 'tag-1',
        boxes: [{ left: 1, top: 2, width: 3, height: 4, className: 'scratch' }],
        crowds: [],
      },
    ],
  });
});

test('names the image with a crowd, for which the chain has no label', () => {
  const annotations = [{ ...file.annotations[0], iscrowd: 1 }];
  const { images } = parseCoco(JSON.stringify({ ...file, annotations }), 'x.json');
  expect(() => refuseCrowds(images, 'x.json')).toThrow('x.json marks a region of many objects (iscrowd 1) in "a.jpg"');
  expect(() => refuseCrowds(parseCoco(JSON.stringify(file), 'x.json').images, 'x.json')).not.toThrow();
});

test.each([
  [1, 'crowds', 'boxes'],
  [true, 'crowds', 'boxes'],
  [0, 'boxes', 'crowds'],
  [false, 'boxes', 'crowds'],
] as const)('takes an annotation whose iscrowd is %j for one of %s', (iscrowd, one, none) => {
  const annotations = [{ ...file.annotations[0], iscrowd }];
  const [read] = parseCoco(JSON.stringify({ ...file, annotations }), 'x.json').images;
  expect(read?.[one]).toEqual([{ left: 1, top: 2, width: 3, height: 4, className: 'scratch' }]);
  expect(read?.[none]).toEqual([]);
});

test('names the file and what is wrong in it', () => {
  expect(() => parseCoco('{', 'x.json')).toThrow('x.json is not JSON');
  const noWidth = { ...file, images: [{ id: 1, file_name: 'a.jpg', height: 8 }] };
  expect(() => parseCoco(JSON.stringify(noWidth), 'x.json')).toThrow('x.json is not COCO: images.0.width');
});

const [image] = file.images;
const [category] = file.categories;
const box = (...bbox: unknown[]) => ({ annotations: [...file.annotations, { image_id: 1, category_id: 3, bbox }] });

test.each([
  [
    'an annotation of an unknown image',
    { annotations: [{ ...file.annotations[0], image_id: 2 }] },
    'annotations[0] is of the image 2',
  ],
  [
    'an image named by text where its id is a number',
    { annotations: [{ ...file.annotations[0], image_id: '1' }] },
    'is of the image "1"',
  ],
  [
    'an annotation of an unknown category',
    { annotations: [{ ...file.annotations[0], category_id: 9 }] },
    'annotations[0] is of the category 9',
  ],
  ['an image id that comes twice', { images: [image, { ...image, file_name: 'b.jpg' }] }, 'images[1] has the id 1'],
  ['a file that comes twice', { images: [image, { ...image, id: 2 }] }, 'images[1] has the file_name "a.jpg"'],
  ['a category id that comes twice', { categories: [category, { id: 3, name: 'dent' }] }, 'categories[1] has the id 3'],
  [
    'a category name that comes twice',
    { categories: [category, { id: 4, name: 'scratch' }] },
    'categories[1] has the name "scratch"',
  ],
  ['a box left of its image', box(-2, 0, 3, 4), 'annotations[1] has the box [-2, 0, 3, 4]'],
  ['a box below its image', box(0, 6, 3, 4), 'which is not within its image a.jpg of 10x8 pixels'],
  ['a thin box beside its image', box(10, 0, 1, 4), 'annotations[1] has the box [10, 0, 1, 4]'],
  ['no image', { images: [], annotations: [] }, 'images: it has no image'],
  ['a huge box', box(0, 0, 1e300, 1e300), 'annotations[1] has the box'],
  ['a box without an area', box(0, 0, 0, 4), 'annotations.1.bbox.2'],
  ['a box with text in it', box('0', 0, 1, 1), 'annotations.1.bbox.0'],
  ['a box of three numbers', box(0, 0, 1), 'annotations.1.bbox'],
  ['a box with nothing where a number belongs', box(null, 0, 1, 1), 'annotations.1.bbox.0'],
  ['a crowd that is neither', { annotations: [{ ...file.annotations[0], iscrowd: 2 }] }, 'annotations.0.iscrowd'],
  ['annotations that are no list', { annotations: {} }, 'annotations: '],
  ['an image of no size', { images: [{ ...image, width: 0 }] }, 'images.0.width'],
  ['an image without a name', { images: [{ ...image, file_name: '' }] }, 'images.0.file_name'],
  ['a name without end', { categories: [{ id: 3, name: '\u0301'.repeat(100_000) }] }, 'categories.0.name'],
])('names the entry and the file for %s', (_, part, words) => {
  expect(() => parseCoco(JSON.stringify({ ...file, ...part }), 'x.json')).toThrow(words);
  expect(() => parseCoco(JSON.stringify({ ...file, ...part }), 'x.json')).toThrow('x.json');
});

test('refuses numbers that JSON has only by overflow', () => {
  const text = JSON.stringify({ ...file, ...box(0, 0, 12345, 1) }).replace('12345', '1e999');
  expect(() => parseCoco(text, 'x.json')).toThrow('annotations.1.bbox.2');
});

test('reads a file that begins with a byte order mark', () => {
  expect(parseCoco(`\uFEFF${JSON.stringify(file)}`, 'x.json').classes).toEqual(['scratch']);
});

test.each([
  [[-0.5, 0, 3, 4], { left: 0, top: 0, width: 2.5, height: 4 }],
  [[8, 4, 2.5, 5], { left: 8, top: 4, width: 2, height: 4 }],
  [[0.1, 0.2, 0.3, 0.4], { left: 0.1, top: 0.2, width: 0.3, height: 0.4 }],
])('takes of a box that a tool rounded out of its image by a pixel what lies within: %j', (bbox, within) => {
  const [read] = parseCoco(JSON.stringify({ ...file, ...box(...bbox) }), 'x.json').images;
  expect(read?.boxes[1]).toEqual({ ...within, className: 'scratch' });
});

test('is not misled by the names of what every object has', () => {
  const text = `{"__proto__": {"images": []}, ${JSON.stringify({
    ...file,
    categories: [{ id: 3, name: '__proto__' }],
    images: [{ ...image, group: 'constructor' }],
  }).slice(1)}`;
  const { classes, images } = parseCoco(text, 'x.json');
  expect([classes, images[0]?.part, images[0]?.boxes[0]?.className]).toEqual([
    ['__proto__'],
    'constructor',
    '__proto__',
  ]);
  expect(({} as Record<string, unknown>).images).toBeUndefined();
});

test('reads a million annotations', () => {
  const row = JSON.stringify(file.annotations[0]);
  const text = JSON.stringify({ ...file, annotations: [] }).replace('[]', `[${Array(1_000_000).fill(row).join()}]`);
  expect(parseCoco(text, 'x.json').images[0]?.boxes).toHaveLength(1_000_000);
});
