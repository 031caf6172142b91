import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { registerInspector } from '@assay/edge-inspector';
import { tinyModel } from '@assay/inspector-core/testing';
import { type CoreDeviceConfig, configPath, coreDeviceMain } from '@assay/local-greengrass';
import { CreateBucketCommand, HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listenToVerdicts, type Verdict } from '../../packages/cli/src/platform/verdict-listener.ts';
import { artifactUri, startCloud, type TestCloud, until } from './cloud.ts';

const THING = 'edge-1';
const IMAGES = 'images';
const MODEL_PACKAGE = 'arn:aws:sagemaker:eu-west-1:000000000000:model-package/detector/1';

let cloud: TestCloud;
let config: CoreDeviceConfig;
let framesDir: string;
let device: ChildProcess;
let stopListening = async () => {};
const verdicts: Verdict[] = [];
const files = () => verdicts.map(({ file }) => file).toSorted();

/** The core device as it runs on a laptop: a process of its own. */
function startDevice(): ChildProcess {
  return spawn(process.execPath, [fileURLToPath(coreDeviceMain), configPath(config.root)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

const ended = (child: ChildProcess) => new Promise((resolve) => child.once('exit', resolve));

/** A part of one colour: what the tiny model finds depends on how red it is. */
async function placeFrame(file: string, red: number): Promise<void> {
  const image = sharp({ create: { width: 32, height: 32, channels: 3, background: { r: red, g: 0, b: 0 } } });
  const folder = join(framesDir, 'station-1', 'part-1');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `.${file}`), await image.png().toBuffer());
  renameSync(join(folder, `.${file}`), join(folder, file));
}

async function listen(): Promise<void> {
  const connection = { region: cloud.region };
  const ca = readFileSync(config.rootCaPath);
  // The listener takes the command line's context; of it, it uses these.
  const context = { clients: { iot: cloud.iot }, connection } as unknown as Parameters<typeof listenToVerdicts>[0];
  stopListening = await listenToVerdicts(context, THING, ca, (verdict) => verdicts.push(verdict));
}

/** A version of the model component, as the edge-deployer makes it. */
async function model(version: string, onnx: Uint8Array, manifest: unknown): Promise<void> {
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
    { [`${folder}/model.onnx`]: Buffer.from(onnx), [`${folder}/manifest.json`]: JSON.stringify(manifest) },
  );
}

beforeAll(async () => {
  cloud = await startCloud();
  config = await cloud.provision(THING);
  framesDir = join(config.root, 'frames');
  await cloud.s3.send(new CreateBucketCommand({ Bucket: IMAGES }));
  const { onnx, manifest } = tinyModel();
  await model('1.0.1', onnx, manifest);
}, 120_000);

afterAll(async () => {
  await stopListening();
  device.kill('SIGTERM');
  await ended(device);
  await cloud.close();
}, 60_000);

describe('the inspector on a core device', () => {
  it('is registered once for the same content', async () => {
    const options = { ...cloud, bucket: 'components', imageBucket: IMAGES, framesDir };
    expect((await registerInspector(options)).version).toBe('1.0.0');
    expect((await registerInspector(options)).version).toBe('1.0.0');
    expect((await registerInspector({ ...options, framesDir: `${framesDir}-2` })).version).toBe('1.0.1');
    expect((await registerInspector(options)).version).toBe('1.0.2');
  }, 120_000);

  it('comes up with its model, and says a verdict on each part that the camera takes', async () => {
    device = startDevice();
    const deployment = await cloud.deploy({ 'com.assay.inspector': '1.0.2', 'com.assay.model': '1.0.1' });
    expect(await cloud.ended(THING, deployment)).toMatchObject({ coreDeviceExecutionStatus: 'SUCCEEDED' });
    await listen();
    await placeFrame('bad.png', 255);
    await placeFrame('good.png', 0);
    await until(() => verdicts.length === 2);
    const bad = verdicts.find(({ file }) => file === 'bad.png');
    expect(bad).toMatchObject({ verdict: 'fail', uploaded: false });
    expect(bad?.detections[0]).toMatchObject({ className: 'red' });
    expect(verdicts.find(({ file }) => file === 'good.png')).toMatchObject({ verdict: 'pass', detections: [] });
  }, 120_000);

  it('uploads a picture that it was unsure of, with where it came from', async () => {
    await placeFrame('unsure.png', 140);
    await until(() => verdicts.some(({ file }) => file === 'unsure.png'));
    expect(verdicts.find(({ file }) => file === 'unsure.png')).toMatchObject({ uploaded: true });
    const Key = `edge/${THING}/station-1/part-1/unsure.png`;
    await until(async () => (await cloud.s3.send(new ListObjectsV2Command({ Bucket: IMAGES }))).KeyCount === 1);
    const { Metadata } = await cloud.s3.send(new HeadObjectCommand({ Bucket: IMAGES, Key }));
    expect(Metadata).toMatchObject({ station: 'station-1', part: 'part-1', origin: 'edge' });
    expect(Date.parse(Metadata?.['captured-at'] ?? '')).toBeGreaterThan(Date.UTC(2020, 0));
  }, 60_000);

  it('goes back to the model before when the new one is not what its manifest says, and inspects on', async () => {
    const { onnx, manifest } = tinyModel();
    await model('1.0.2', Buffer.concat([onnx, Buffer.from([0])]), manifest);
    const deployment = await cloud.deploy({ 'com.assay.inspector': '1.0.2', 'com.assay.model': '1.0.2' });
    const ended = await cloud.ended(THING, deployment);
    expect(ended.coreDeviceExecutionStatus).toBe('FAILED');
    expect(ended.reason).toMatch(/FAILED_ROLLBACK_COMPLETE: com.assay.inspector is broken.*manifest/);
    await placeFrame('after.png', 0);
    await until(() => verdicts.some(({ file }) => file === 'after.png'));
  }, 60_000);

  it('goes on without the cloud, and says what waited exactly once when it is back', async () => {
    await stopListening();
    verdicts.length = 0;
    await cloud.stop();
    await placeFrame('offline-1.png', 255);
    await placeFrame('offline-2.png', 0);
    const waiting = join(config.root, 'work', 'com.assay.inspector', 'verdicts');
    await until(() => readdirSync(waiting).length === 2);
    device.kill('SIGKILL');
    await ended(device);
    await cloud.start();
    await listen();
    device = startDevice();
    await until(() => verdicts.length >= 2, 60);
    await placeFrame('later.png', 0);
    await until(() => verdicts.some(({ file }) => file === 'later.png'));
    expect(files()).toEqual(['later.png', 'offline-1.png', 'offline-2.png']);
  }, 120_000);
});
