import { createInspector, type Inspector, readImageInput } from '@assay/inspector-core';
import { decodeYolo, fromLetterbox, nonMaximumSuppression } from '@assay/vision';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { manifestOf, type Network, SUPPRESSION } from './networks.ts';
import type { Photograph } from './photographs.ts';

/** A box in pixels of the photograph. */
export interface Found {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly classId: number;
  readonly confidence: number;
}

/** Milliseconds: by the clock, and of the processor. */
export interface Spent {
  readonly milliseconds: number;
  readonly processor: number;
}

export interface Contestant {
  readonly name: string;
  run(photograph: Photograph): Promise<Spent>;
  find(photograph: Photograph): Promise<Found[]>;
  close(): Promise<void>;
}

/** Nothing but the network, on an input that is there already. */
export async function bareSession(name: string, { onnx, input, floor, votes }: Network): Promise<Contestant> {
  const session = await InferenceSession.create(onnx, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  const { width, height } = input;
  const grey = new Tensor('float32', new Float32Array(3 * height * width).fill(0.5), [1, 3, height, width]);
  return {
    name,
    run: () => spending(() => session.run({ images: grey })),
    async find({ bytes }) {
      const { planes, placement } = await readImageInput(bytes, input);
      const values = Float32Array.from(planes, (byte) => byte / 255);
      const { output0 } = await session.run({ images: new Tensor('float32', values, [1, 3, height, width]) });
      if (!(output0?.data instanceof Float32Array)) throw new Error(`${name} gave no floats`);
      const candidates = decodeYolo(output0.data, output0.dims, floor / votes);
      return nonMaximumSuppression(candidates, { ...SUPPRESSION, votes })
        .filter(({ confidence }) => confidence > floor)
        .map(({ box, classId, confidence }) => ({ ...fromLetterbox(placement, box), classId, confidence }))
        .filter(({ width, height }) => width > 0 && height > 0);
    },
    close: () => session.release(),
  };
}

/** From the file's bytes to the verdict. */
export async function inspecting(name: string, network: Network): Promise<Contestant> {
  const inspector: Inspector = await createInspector({
    model: network.onnx,
    manifest: manifestOf(network),
    floor: network.floor,
  });
  return {
    name,
    run: ({ bytes }) => spending(() => inspector.inspect(bytes)),
    async find({ bytes }) {
      const { candidates } = await inspector.inspect(bytes);
      return candidates.map(({ box, classId, confidence }) => ({ ...box, classId, confidence }));
    },
    close: () => inspector.close(),
  };
}

async function spending(work: () => Promise<unknown>): Promise<Spent> {
  const usage = process.cpuUsage();
  const begun = performance.now();
  await work();
  const milliseconds = performance.now() - begun;
  const { user, system } = process.cpuUsage(usage);
  return { milliseconds, processor: (user + system) / 1000 };
}
