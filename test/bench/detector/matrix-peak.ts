import { InferenceSession, Tensor } from 'onnxruntime-node';
import { elementwise } from '../../../packages/detector/src/autodiff/broadcasting.ts';
import { Graph } from '../../../packages/detector/src/autodiff/graph.ts';

const SIDE = 1024;
const PRODUCTS = 8;

/** Floating point operations a second, in thousand millions, of large matrix products: the most that this machine gives. */
export async function matrixPeak(threads: number): Promise<number> {
  const graph = new Graph();
  const [a, b] = [graph.input('a', [SIDE, SIDE]), graph.input('b', [SIDE, SIDE])];
  let product = a;
  for (let i = 0; i < PRODUCTS; i++) product = graph.emit('MatMul', [product, b], [SIDE, SIDE]);
  graph.output(elementwise('Add', product, b), 'c');
  const session = await InferenceSession.create(graph.encode(), { intraOpNumThreads: threads, logSeverityLevel: 3 });
  const matrix = () => new Tensor('float32', new Float32Array(SIDE * SIDE).fill(1 / SIDE), [SIDE, SIDE]);
  const feeds = { a: matrix(), b: matrix() };
  await session.run(feeds);
  const started = performance.now();
  await session.run(feeds);
  const seconds = (performance.now() - started) / 1000;
  await session.release();
  return (2 * PRODUCTS * SIDE ** 3) / seconds / 1e9;
}
