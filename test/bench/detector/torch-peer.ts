import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { ParameterLayout } from '../../../packages/detector/src/network/parameter-layout.ts';
import type { NetworkShape } from '../../../packages/detector/src/network/shape.ts';
import { RGB_MEANS, textDetectorStages } from '../../../packages/detector/src/pretrained/text-detector.ts';
import { pythonWith } from '../../../services/training/jobs/train-yolov8/python.ts';

export type MemoryLayout = 'nchw' | 'channels_last';

/** The same network in PyTorch, in a process of its own. */
export interface TorchPeer {
  readonly version: string;
  /** Logits, centres and sizes of a batch in training mode, one after the other. `input`: parameters, then images. */
  predict(input: Float32Array): Promise<Float32Array>;
  /** Seconds that so many steps took. */
  train(layout: MemoryLayout, steps: number): Promise<number>;
  close(): Promise<void>;
}

interface PeerOptions {
  readonly shape: NetworkShape;
  readonly layout: ParameterLayout;
  /** Images a step. */
  readonly batch: number;
  readonly threads: number;
  readonly seed: number;
  /** For files that pass between the two. */
  readonly folder: string;
}

const script = fileURLToPath(new URL('./torch_peer.py', import.meta.url));
const helloSchema = z.object({ torch: z.string() });
const trainedSchema = z.object({ seconds: z.number() });

export async function startTorchPeer(
  options: PeerOptions,
  say: (line: string) => void,
): Promise<TorchPeer | undefined> {
  const python = await pythonWith(['torch', 'numpy'], process.env);
  if (python === undefined) {
    say('no comparison with PyTorch: no Python has it (ASSAY_PYTHON names one)');
    return undefined;
  }
  const { shape, batch, threads, seed, folder } = options;
  const parameters = options.layout.parameters.map(({ name, dims, offset, size }) => ({ name, dims, offset, size }));
  const spec = join(folder, 'spec.json');
  const frozen = shape.backbone === 'pretrained' ? await writeFrozen(join(folder, 'frozen.bin')) : undefined;
  await writeFile(spec, JSON.stringify({ shape, batch, threads, seed, parameters, frozen }));
  const child = spawn(python, [script, spec], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: String(threads) },
  });
  process.once('exit', () => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done) throw new Error('the process with PyTorch ended; its last words are above');
    return JSON.parse(value);
  };
  const ask = (command: string) => {
    child.stdin.write(`${command}\n`);
    return answer();
  };
  const { torch } = helloSchema.parse(await answer());
  return {
    version: torch,
    async predict(input) {
      const [source, target] = [join(folder, 'input.bin'), join(folder, 'output.bin')];
      await writeFile(source, new Uint8Array(input.buffer, input.byteOffset, input.byteLength));
      await ask(`predict ${source} ${target}`);
      return readFloats(target);
    },
    train: async (layout, steps) => trainedSchema.parse(await ask(`train ${layout} ${steps}`)).seconds,
    async close() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

/** Writes the weights of the frozen stages into a file; returned are the nodes, and the weights' names in the file's order. */
async function writeFrozen(file: string) {
  const { input, nodes, taps, weights } = textDetectorStages();
  const constants = [...weights].map(([name, { dims }]) => ({ name, dims }));
  await writeFile(
    file,
    Buffer.concat([...weights.values()].map(({ data }) => new Uint8Array(Float32Array.from(data).buffer))),
  );
  return { input, nodes, taps, constants, file, means: RGB_MEANS };
}

async function readFloats(file: string): Promise<Float32Array> {
  const bytes = await readFile(file);
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
