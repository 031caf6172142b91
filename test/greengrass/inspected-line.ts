import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tinyModel } from '@assay/inspector-core/testing';
import { type CoreDeviceConfig, configPath, coreDeviceMain } from '@assay/local-greengrass';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import sharp from 'sharp';
import { listenToVerdicts, type Verdict } from '../../packages/cli/src/platform/verdict-listener.ts';
import { artifactUri, startCloud, type TestCloud } from './cloud.ts';

export const THING = 'edge-1';
export const IMAGES = 'images';
const MODEL_PACKAGE = 'arn:aws:sagemaker:eu-west-1:000000000000:model-package/detector/1';

/** A line with one device, whose camera takes parts of one colour: what the tiny model finds depends on how red they are. */
export interface InspectedLine {
  cloud: TestCloud;
  config: CoreDeviceConfig;
  framesDir: string;
  /** The core device as it runs on a laptop: a process of its own. */
  startDevice(): ChildProcess;
  placeFrame(file: string, red: number): Promise<void>;
  /** Creates a version of the model component, as the edge-deployer makes it; the tiny model's unless told. */
  model(version: string, onnx?: Uint8Array): Promise<void>;
  /** @returns how to stop listening */
  listen(heard: (verdict: Verdict) => void): Promise<() => Promise<void>>;
}

export async function startLine(): Promise<InspectedLine> {
  const cloud = await startCloud();
  const config = await cloud.provision(THING);
  const framesDir = join(config.root, 'frames');
  await cloud.s3.send(new CreateBucketCommand({ Bucket: IMAGES }));
  return {
    cloud,
    config,
    framesDir,
    startDevice: () =>
      spawn(process.execPath, [fileURLToPath(coreDeviceMain), configPath(config.root)], {
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    async placeFrame(file, red) {
      const image = sharp({ create: { width: 32, height: 32, channels: 3, background: { r: red, g: 0, b: 0 } } });
      const folder = join(framesDir, 'station-1', 'part-1');
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `.${file}`), await image.png().toBuffer());
      renameSync(join(folder, `.${file}`), join(folder, file));
    },
    async model(version, given) {
      const { onnx, manifest } = tinyModel();
      const folder = `components/com.assay.model/${version}`;
      const artifact = (file: string) => ({ URI: artifactUri(`${folder}/${file}`) });
      await cloud.component(
        {
          RecipeFormatVersion: '2020-01-25',
          ComponentName: 'com.assay.model',
          ComponentVersion: version,
          ComponentConfiguration: { DefaultConfiguration: { modelPackageArn: MODEL_PACKAGE } },
          Manifests: [
            { Platform: { os: '*' }, Lifecycle: {}, Artifacts: [artifact('model.onnx'), artifact('manifest.json')] },
          ],
        },
        { [`${folder}/model.onnx`]: Buffer.from(given ?? onnx), [`${folder}/manifest.json`]: JSON.stringify(manifest) },
      );
    },
    async listen(heard) {
      const ca = readFileSync(config.rootCaPath);
      // The listener takes the command line's context; of it, it uses these.
      const context = { clients: { iot: cloud.iot }, connection: { region: cloud.region } };
      return listenToVerdicts(context as unknown as Parameters<typeof listenToVerdicts>[0], THING, ca, heard);
    },
  };
}

export const ended = (child: ChildProcess) => new Promise((resolve) => child.once('exit', resolve));
