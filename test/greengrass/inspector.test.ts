import type { ChildProcess } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { registerInspector } from '@assay/edge-inspector';
import { tinyModel } from '@assay/inspector-core/testing';
import { HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Verdict } from '../../packages/cli/src/platform/verdict-listener.ts';
import { type TestCloud, until } from './cloud.ts';
import { ended, IMAGES, type InspectedLine, startLine, THING } from './inspected-line.ts';

let line: InspectedLine;
let cloud: TestCloud;
let device: ChildProcess;
let stopListening = async () => {};
const verdicts: Verdict[] = [];
const files = () => verdicts.map(({ file }) => file).toSorted();
const listen = async () => {
  stopListening = await line.listen((verdict) => verdicts.push(verdict));
};

beforeAll(async () => {
  line = await startLine();
  cloud = line.cloud;
  await line.model('1.0.1');
}, 120_000);

afterAll(async () => {
  await stopListening();
  device.kill('SIGTERM');
  await ended(device);
  await cloud.close();
}, 60_000);

describe('the inspector on a core device', () => {
  it('is registered once for the same content', async () => {
    const { framesDir } = line;
    const options = { ...cloud, bucket: 'components', imageBucket: IMAGES, framesDir };
    expect((await registerInspector(options)).version).toBe('1.0.0');
    expect((await registerInspector(options)).version).toBe('1.0.0');
    expect((await registerInspector({ ...options, framesDir: `${framesDir}-2` })).version).toBe('1.0.1');
    expect((await registerInspector(options)).version).toBe('1.0.2');
  }, 120_000);

  it('comes up with its model, and says a verdict on each part that the camera takes', async () => {
    device = line.startDevice();
    const deployment = await cloud.deploy({ 'com.assay.inspector': '1.0.2', 'com.assay.model': '1.0.1' });
    expect(await cloud.ended(THING, deployment)).toMatchObject({ coreDeviceExecutionStatus: 'SUCCEEDED' });
    await listen();
    await line.placeFrame('bad.png', 255);
    await line.placeFrame('good.png', 0);
    await until(() => verdicts.length === 2);
    const bad = verdicts.find(({ file }) => file === 'bad.png');
    expect(bad).toMatchObject({ verdict: 'fail', uploaded: false });
    expect(bad?.detections[0]).toMatchObject({ className: 'red' });
    expect(verdicts.find(({ file }) => file === 'good.png')).toMatchObject({ verdict: 'pass', detections: [] });
  }, 120_000);

  it('uploads a picture that it was unsure of, with where it came from', async () => {
    await line.placeFrame('unsure.png', 140);
    await until(() => verdicts.some(({ file }) => file === 'unsure.png'));
    expect(verdicts.find(({ file }) => file === 'unsure.png')).toMatchObject({ uploaded: true });
    const uploaded = async () => (await cloud.s3.send(new ListObjectsV2Command({ Bucket: IMAGES }))).Contents ?? [];
    await until(async () => (await uploaded()).length === 1);
    const [{ Key } = {}] = await uploaded();
    expect(Key).toMatch(new RegExp(`^edge/${THING}/station-1/part-1/\\d{15}-[0-9a-f]{32}-unsure\\.png$`));
    const { Metadata } = await cloud.s3.send(new HeadObjectCommand({ Bucket: IMAGES, Key }));
    expect(Metadata).toMatchObject({ station: 'station-1', part: 'part-1', origin: 'edge' });
    expect(Date.parse(Metadata?.['captured-at'] ?? '')).toBeGreaterThan(Date.UTC(2020, 0));
  }, 60_000);

  it('goes back to the model before when the new one is not what its manifest says, and inspects on', async () => {
    await line.model('1.0.2', Buffer.concat([tinyModel().onnx, Buffer.from([0])]));
    const deployment = await cloud.deploy({ 'com.assay.inspector': '1.0.2', 'com.assay.model': '1.0.2' });
    const { coreDeviceExecutionStatus, reason } = await cloud.ended(THING, deployment);
    expect(coreDeviceExecutionStatus).toBe('FAILED');
    expect(reason).toMatch(/FAILED_ROLLBACK_COMPLETE: com.assay.inspector is broken.*manifest/);
    await line.placeFrame('after.png', 0);
    await until(() => verdicts.some(({ file }) => file === 'after.png'));
  }, 60_000);

  it('goes on without the cloud, and says what waited exactly once when it is back', async () => {
    await stopListening();
    verdicts.length = 0;
    await cloud.stop();
    await line.placeFrame('offline-1.png', 255);
    await line.placeFrame('offline-2.png', 0);
    const waiting = join(line.config.root, 'work', 'com.assay.inspector', 'verdicts');
    await until(() => readdirSync(waiting).length === 2);
    device.kill('SIGKILL');
    await ended(device);
    await cloud.start();
    await listen();
    device = line.startDevice();
    await until(() => verdicts.length >= 2, 60);
    await line.placeFrame('later.png', 0);
    await until(() => verdicts.some(({ file }) => file === 'later.png'));
    expect(files()).toEqual(['later.png', 'offline-1.png', 'offline-2.png']);
  }, 120_000);
});
