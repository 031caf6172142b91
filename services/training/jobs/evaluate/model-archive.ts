import { entriesOf, readArchive, writeArchive } from '@assay/dataset';
import { type ModelManifest, readModelManifest } from '@assay/inspector-core';
import { type Reference, readReference } from './parity/reference.ts';

export interface Model {
  readonly onnx: Uint8Array;
  readonly manifest: ModelManifest;
}

export interface TrainedModel extends Model {
  /** What the trainer's own network answers; undefined where the trainer left none. */
  readonly reference: Reference | undefined;
}

/** A trainer may leave more than these. */
const WANTED = /^(model\.onnx|manifest\.json|reference\.json|reference\/\d+\.rgb)$/;

/** Reads a `model.tar.gz`. @throws Error naming the file of it that is missing or wrong */
export async function readModelArchive(file: string): Promise<TrainedModel> {
  const files = new Map<string, Uint8Array>();
  const names: string[] = [];
  for await (const { name, bytes } of readArchive(file)) {
    names.push(name);
    if (WANTED.test(name)) files.set(name, bytes);
  }
  const onnx = files.get('model.onnx');
  const manifest = files.get('manifest.json');
  if (onnx === undefined || manifest === undefined) {
    throw new Error(
      `${file} has ${names.slice(0, 20).join(', ') || 'nothing'}; model.onnx and manifest.json are needed. ` +
        'The trainer has to write both into its model folder.',
    );
  }
  const read = readModelManifest(manifest);
  return { onnx, manifest: read, reference: readReference(file, files, read) };
}

/** Writes the `model.tar.gz` that goes to the line: the network and its manifest. @returns its digest */
export async function writeModelArchive(file: string, { onnx, manifest }: Model): Promise<string> {
  const entries = [
    { name: 'manifest.json', bytes: Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`) },
    { name: 'model.onnx', bytes: onnx },
  ];
  const { sha256 } = await writeArchive(file, entriesOf(entries));
  return sha256;
}
