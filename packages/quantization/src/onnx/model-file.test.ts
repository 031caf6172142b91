import { describe, expect, it } from 'vitest';
import { ModelBuilder } from '../testing/model-builder.ts';
import { smallDetector } from '../testing/small-detector.ts';
import { copyOf, readModel, writeModel } from './model-file.ts';

/** `ModelProto.metadata_props` (field 14): { key: 'names', value: "{0: 'x'}" }. The schema here doesn't list it. */
const METADATA = Buffer.concat([
  Buffer.from([(14 << 3) | 2, 17, (1 << 3) | 2, 5]),
  Buffer.from('names'),
  Buffer.from([(2 << 3) | 2, 8]),
  Buffer.from("{0: 'x'}"),
]);

describe('a model', () => {
  it('is written as it was read, byte by byte', () => {
    const bytes = smallDetector();
    expect(Buffer.compare(writeModel(readModel(bytes)), bytes)).toBe(0);
  });

  it('keeps what this package has no words for, in copies too', () => {
    const bytes = Buffer.concat([smallDetector(), METADATA]);
    for (const model of [readModel(bytes), copyOf(readModel(bytes))]) {
      expect(Buffer.from(writeModel(model)).includes(METADATA)).toBe(true);
    }
  });

  it('is copied so that changes of the copy leave it alone', () => {
    const model = readModel(smallDetector());
    copyOf(model).graph.node.pop();
    expect(Buffer.compare(writeModel(model), smallDetector())).toBe(0);
  });
});

describe('a file', () => {
  it.each([
    ['that is empty', Buffer.alloc(0)],
    ['of something else', Buffer.from('not a model at all')],
    ['that is cut off', smallDetector().subarray(0, 5000)],
  ])('%s is refused', (_, bytes) => {
    expect(() => readModel(bytes)).toThrow(expect.objectContaining({ code: 'model-unreadable' }));
  });

  it('of an opset without scales for channels is refused', () => {
    const net = new ModelBuilder();
    net.output(net.convolution(net.input('images', [1, 3, 8, 8]), 3, 8), 'output0');
    expect(() => readModel(net.finish(12))).toThrow('The model is of opset 12');
  });

  it('whose weights lie in a file beside it is refused', () => {
    const model = readModel(smallDetector());
    const [weights] = model.graph.initializer;
    if (!weights) throw new Error('the detector has no weights');
    Object.assign(weights, { dataLocation: 1, rawData: new Uint8Array() });
    expect(() => readModel(writeModel(model))).toThrow(
      expect.objectContaining({
        code: 'model-unsuitable',
        message: expect.stringContaining(`${weights.name} are in a file beside the model`),
      }),
    );
  });
});
