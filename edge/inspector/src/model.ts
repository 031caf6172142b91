import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInspector, type Inspector, readModelManifest } from '@assay/inspector-core';
import { z } from 'zod';
import type { Settings } from './settings.ts';
import type { ModelIdentity } from './verdict.ts';

const configurationSchema = z.object({ modelPackageArn: z.string().min(1) });

/**
 * Loads the model that `com.assay.model` brought: `model.onnx` and `manifest.json` in `folder`, which the nucleus names
 * after the component's version.
 */
export async function loadModel(folder: string, settings: Pick<Settings, 'rules' | 'threads'>): Promise<Inspector> {
  const manifest = readModelManifest(await readFile(join(folder, 'manifest.json')));
  const { rules, threads } = settings;
  return createInspector({ model: join(folder, 'model.onnx'), manifest, rules, threads });
}

/** Which model that is, by the component's folder and its configuration. */
export function identifyModel(folder: string, configuration: unknown): ModelIdentity {
  const parsed = configurationSchema.safeParse(configuration);
  if (!parsed.success)
    throw new Error(
      `the configuration of com.assay.model names no modelPackageArn: deploy a version that was made from a model package`,
      { cause: parsed.error },
    );
  return { modelVersion: basename(folder), modelPackageArn: parsed.data.modelPackageArn };
}
