import { ModelBuilder } from './model-builder.ts';

const SIDE = 32;

/**
 * A detector of four classes in YOLOv8's export convention, random weights, with what such networks are made of: SiLU,
 * a bottleneck with a bypass, pooling, resizing, concatenation, and boxes and scores in one output.
 */
export function smallDetector({ side = SIDE } = {}): Uint8Array {
  const net = new ModelBuilder();
  const block = (x: string, from: number, to: number, shape = {}) => net.silu(net.convolution(x, from, to, shape));
  const images = net.input('images', [1, 3, side, side]);
  const fine = block(images, 3, 16, { kernel: 3, stride: 2 });
  const [bypass = '', path = ''] = net.split(block(fine, 16, 16), [8, 8]);
  const added = net.node('Add', [path, block(block(path, 8, 8, { kernel: 3 }), 8, 8, { kernel: 3 })]);
  const coarse = net.node('MaxPool', [block(net.node('Concat', [bypass, path, added], { axis: 1 }), 24, 16)], {
    kernel_shape: [2, 2],
    strides: [2, 2],
  });
  const doubled = net.node('Resize', [coarse, '', net.floats([1, 1, 2, 2])], {
    mode: 'nearest',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  });
  const merged = block(net.node('Concat', [fine, doubled], { axis: 1 }), 32, 16);
  const row = (x: string, channels: number) => net.node('Reshape', [x, net.integers(1, channels, -1)]);
  const boxes = row(net.convolution(block(merged, 16, 8), 8, 4), 4);
  const scores = row(net.convolution(block(merged, 16, 8), 8, 4), 4);
  const sizes = net.node('Mul', [net.node('Exp', [boxes]), net.floats([8])]);
  net.output(net.node('Concat', [sizes, net.node('Sigmoid', [scores])], { axis: 1 }), 'output0');
  return net.finish();
}

/** Images [1, 3, side, side] with values from 0 to 1: soft blobs, no two alike. */
export function blobs(count: number, side = SIDE): Float32Array[] {
  return Array.from({ length: count }, (_, image) =>
    Float32Array.from({ length: 3 * side * side }, (_, at) => {
      const [x, y, plane] = [at % side, Math.floor(at / side) % side, Math.floor(at / side / side)];
      return 0.5 + 0.5 * Math.sin((x * (image + 2)) / 9 + plane) * Math.cos((y * (image + 3)) / 11 - plane);
    }),
  );
}
