import { readArchive } from '@assay/dataset';
import { type ModelManifest, readModelManifest } from '@assay/inspector-core';

export interface TrainedModel {
  readonly onnx: Uint8Array;
  readonly manifest: ModelManifest;
}

/** Reads a training's `model.tar.gz`. @throws Error naming the file of it that is missing or wrong */
export async function readModelArchive(file: string): Promise<TrainedModel> {
  const files = new Map<string, Uint8Array>();
  const names: string[] = [];
  for await (const { name, bytes } of readArchive(file)) {
    names.push(name);
    // A trainer may leave more beside them.
    if (name === 'model.onnx' || name === 'manifest.json') files.set(name, bytes);
  }
  const onnx = files.get('model.onnx');
  const manifest = files.get('manifest.json');
  if (onnx === undefined || manifest === undefined) {
    throw new Error(
      `${file} has ${names.slice(0, 20).join(', ') || 'nothing'}; model.onnx and manifest.json are needed. ` +
        'The trainer has to write both into its model folder.',
    );
  }
  return { onnx, manifest: readModelManifest(manifest) };
}
