import { expect, test } from 'vitest';
import { parseCoco } from './coco.ts';

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
      },
    ],
  });
});

test('names the file and what is wrong in it', () => {
  expect(() => parseCoco('{', 'x.json')).toThrow('x.json is not JSON');
  const noWidth = { ...file, images: [{ id: 1, file_name: 'a.jpg', height: 8 }] };
  expect(() => parseCoco(JSON.stringify(noWidth), 'x.json')).toThrow('x.json is not COCO: images.0.width');
  const stray = { ...file, annotations: [{ image_id: 2, category_id: 3, bbox: [1, 2, 3, 4] }] };
  expect(() => parseCoco(JSON.stringify(stray), 'x.json')).toThrow('an annotation of the image 2');
});
