import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInspector, type Inspector } from '@assay/inspector-core';
import { tinyModel } from '@assay/inspector-core/testing';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSettings } from './settings.ts';
import { type Station, startStation } from './station.ts';
import { type ManualClock, manualClock } from './testing/manual-clock.ts';
import type { Verdict } from './verdict.ts';

let folder: string;
let clock: ManualClock;
let inspector: Inspector;
let station: Station | undefined;
let published: Verdict[];
let uploads: PutObjectCommand['input'][];
let reports: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'station-'));
  clock = manualClock();
  published = [];
  uploads = [];
  reports = [];
  const { onnx, manifest } = tinyModel();
  inspector = await createInspector({ model: onnx, manifest });
});
afterEach(async () => {
  await station?.stop();
  station = undefined;
  await inspector.close();
  rmSync(folder, { recursive: true, force: true });
});

const frames = () => join(folder, 'frames');

async function start(configuration: Record<string, unknown> = {}): Promise<Station> {
  station = await startStation({
    thing: 'edge-1',
    workFolder: join(folder, 'work'),
    settings: readSettings({ frames: { folder: frames(), pollSeconds: '1' }, imageBucket: 'images', ...configuration }),
    inspector,
    model: { modelVersion: '1.0.7', modelPackageArn: 'arn:model/7' },
    clock,
    s3: {
      async send(command: unknown) {
        if (command instanceof PutObjectCommand) uploads.push(command.input);
        return {};
      },
    } as Parameters<typeof startStation>[0]['s3'],
    async publish(topic, payload) {
      expect(topic).toBe('assay/edge-1/verdicts');
      published.push(JSON.parse(payload));
    },
    report: (message) => reports.push(message),
  });
  return station;
}

const picture = (red: number) =>
  sharp({ create: { width: 32, height: 32, channels: 3, background: { r: red, g: 0, b: 0 } } })
    .png()
    .toBuffer();

function place(path: string, content: Uint8Array | string, seconds = 1_000): void {
  const target = join(frames(), path);
  mkdirSync(join(target, '..'), { recursive: true });
  writeFileSync(target, content);
  utimesSync(target, seconds, seconds);
}

/** Looks at the folder until `condition` holds. */
async function looking(condition: () => boolean): Promise<void> {
  while (!condition()) {
    clock.advance(1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('a station', () => {
  it('inspects the frames of its folder, oldest first, and says what it saw', async () => {
    place('s1/p1/late.png', await picture(0), 2_000);
    place('s1/p2/early.png', await picture(255), 1_000);
    await start();
    await looking(() => published.length === 2);
    expect(published.map(({ file }) => file)).toEqual(['early.png', 'late.png']);
    expect(published[0]).toMatchObject({
      thing: 'edge-1',
      station: 's1',
      part: 'p2',
      verdict: 'fail',
      uploaded: false,
      modelVersion: '1.0.7',
      modelPackageArn: 'arn:model/7',
      capturedAt: new Date(1_000_000).toISOString(),
    });
    expect(published[0]?.imageId).toMatch(/^[0-9a-f]{64}$/);
    expect(published[1]).toMatchObject({ verdict: 'pass', detections: [] });
  });

  it('leaves a frame that is still being written until it has come to rest', async () => {
    place('s1/p1/growing.png', 'half of', 1_000);
    await start();
    await new Promise((resolve) => setTimeout(resolve, 0));
    place('s1/p1/growing.png', await picture(255), 1_001);
    await looking(() => published.length === 1);
    expect(published[0]).toMatchObject({ verdict: 'fail' });
    expect(reports).toEqual([]);
  });

  it('uploads what it was unsure of, and only that', async () => {
    place('s1/p1/unsure.png', await picture(120), 1_000);
    place('s1/p1/sure.png', await picture(250), 1_001);
    await start({ uncertaintyBand: { below: '0.1', above: '0.1' } });
    await looking(() => published.length === 2 && uploads.length === 1);
    expect(uploads).toMatchObject([
      {
        Bucket: 'images',
        Key: expect.stringMatching(/^edge\/edge-1\/s1\/p1\/000000001000000-[0-9a-f]{32}-unsure\.png$/),
        Metadata: { station: 's1', part: 'p1', origin: 'edge', 'captured-at': new Date(1_000_000).toISOString() },
      },
    ]);
    expect(readdirSync(join(folder, 'work', 'images'))).toEqual([]);
  });

  it('uploads pictures of one name beside each other', async () => {
    await start({ uncertaintyBand: { below: '0.1', above: '0.1' } });
    for (const [index, red] of [120, 121].entries()) {
      place('s1/p1/latest.png', await picture(red), 1_000 + index);
      await looking(() => uploads.length === index + 1);
    }
    expect(new Set(uploads.map(({ Key }) => Key)).size).toBe(2);
  });

  it('is not unsure of all that it sees where the threshold is low', async () => {
    await inspector.close();
    const { onnx, manifest } = tinyModel();
    const thresholds = { ...manifest.thresholds, confidence: 0.1 };
    inspector = await createInspector({ model: onnx, manifest: { ...manifest, thresholds } });
    // Confidences of 0.05 and 0.09.
    place('s1/p1/faint.png', await picture(13), 1_000);
    place('s1/p1/unsure.png', await picture(23), 1_001);
    await start();
    await looking(() => published.length === 2);
    expect(published.map(({ file, verdict, uploaded }) => [file, verdict, uploaded])).toEqual([
      ['faint.png', 'pass', false],
      ['unsure.png', 'pass', true],
    ]);
  });

  it('inspects a frame once, over restarts, and one that was taken anew again', async () => {
    place('s1/p1/a.png', await picture(0), 1_000);
    await start();
    await looking(() => published.length === 1);
    await station?.stop();
    await start();
    place('s1/p1/b.png', await picture(0), 1_001);
    await looking(() => published.length === 2);
    place('s1/p1/a.png', await picture(255), 1_002);
    await looking(() => published.length === 3);
    expect(published.map(({ file, verdict }) => `${file} ${verdict}`)).toEqual([
      'a.png pass',
      'b.png pass',
      'a.png fail',
    ]);
  });

  it('is done with what is not a picture, and goes on', async () => {
    place('s1/p1/broken.png', 'not a picture', 1_000);
    place('s1/p1/good.png', await picture(0), 1_001);
    await start();
    await looking(() => published.length === 1);
    expect(published[0]?.file).toBe('good.png');
    expect(reports.filter((report) => report.includes("s1/p1/broken.png can't be inspected"))).toHaveLength(1);
  });

  it('is held up neither by a frame that can not be read, nor by one that comes right at its second try', async () => {
    place('s1/p1/huge.png', '', 1_000);
    truncateSync(join(frames(), 's1/p1/huge.png'), 3 * 2 ** 30);
    utimesSync(join(frames(), 's1/p1/huge.png'), 1_000, 1_000);
    place('s1/p1/second-try.png', await picture(0), 1_001);
    place('s1/p1/good.png', await picture(255), 1_002);
    const inspect = inspector.inspect;
    let tries = 0;
    inspector = {
      ...inspector,
      inspect: (image) => (++tries === 1 ? Promise.reject(new Error('the disk is full')) : inspect(image)),
    };
    await start();
    await looking(() => published.length === 2);
    expect(published.map(({ file }) => file)).toEqual(['good.png', 'second-try.png']);
    place('s1/p1/later.png', await picture(0), 1_003);
    await looking(() => published.length === 3);
    // Once each, though the first one was tried with every look.
    expect(reports.map((report) => report.split(' ')[0])).toEqual(['s1/p1/huge.png', 's1/p1/second-try.png']);
  });

  it('ignores names that are not of a frame', async () => {
    place('s1/p1/.hidden.png', await picture(255));
    place('s1/not in a part.png', await picture(255));
    place('s1/p1/fine.png', await picture(0));
    await start();
    await looking(() => published.length === 1);
    expect(published[0]?.file).toBe('fine.png');
    expect(existsSync(join(frames(), 's1/p1/.hidden.png'))).toBe(true);
  });
});

describe('frames by HTTP', () => {
  const httpPort = async () => {
    // A free port: the setting 0 means no source.
    const { createServer } = await import('node:net');
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    await new Promise((resolve) => server.close(resolve));
    return typeof address === 'object' && address ? address.port : 0;
  };
  const post = (port: number, path: string, body: Uint8Array | string) =>
    fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: Buffer.from(body) });

  it('are answered with their verdict, which is published once however often they are sent', async () => {
    const port = await httpPort();
    await start({ frames: { folder: frames(), httpPort: String(port) } });
    const image = await picture(255);
    const first = await post(port, '/frames/s1/p1/a.png', image);
    expect(first.status).toBe(200);
    expect(await first.json()).toMatchObject({ verdict: 'fail', station: 's1', part: 'p1', file: 'a.png' });
    expect((await post(port, '/frames/s1/p1/a.png', image)).status).toBe(200);
    expect((await post(port, '/frames/s1/p1/b.png', image)).status).toBe(200);
    while (published.length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(published.map(({ file }) => file)).toEqual(['a.png', 'b.png']);
  });

  it.each([
    ['no byte', ''],
    ['half a head', 'POST /frames/s1/p1/a.png HTTP/1.1\r\n'],
    ['half a frame', 'POST /frames/s1/p1/a.png HTTP/1.1\r\nhost: 127.0.0.1:PORT\r\ncontent-length: 9\r\n\r\nabc'],
  ])('of which %s comes keep no station from stopping', async (_, sent) => {
    const port = await httpPort();
    const running = await start({ frames: { folder: frames(), httpPort: port } });
    const client = connect(port, '127.0.0.1').on('error', () => {});
    await once(client, 'connect');
    client.write(sent.replace('PORT', String(port)));
    // What comes later is answered: so that has come.
    expect((await post(port, '/elsewhere', await picture(0))).status).toBe(404);
    await running.stop();
  });

  it('are answered before a station stops', async () => {
    const port = await httpPort();
    const inspect = inspector.inspect;
    let stopping: Promise<void> | undefined;
    inspector = {
      ...inspector,
      inspect(image) {
        stopping = station?.stop();
        return inspect(image);
      },
    };
    await start({ frames: { folder: frames(), httpPort: port } });
    expect((await post(port, '/frames/s1/p1/a.png', await picture(255))).status).toBe(200);
    await stopping;
    station = undefined;
  });

  it('that a web page sends are refused', async () => {
    const port = await httpPort();
    await start({ frames: { folder: frames(), httpPort: port } });
    const page = (headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve, reject) =>
        request({ host: '127.0.0.1', port, path: '/frames/s1/p1/a.png', method: 'POST', headers }, (response) =>
          resolve(response.resume().statusCode),
        )
          .once('error', reject)
          .end('x'),
      );
    expect(await page({ origin: 'https://evil.example' })).toBe(403);
    expect(await page({ 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await page({ host: 'evil.example' })).toBe(403);
    expect(await page({ host: `evil.example:${port}` })).toBe(403);
    expect(published).toEqual([]);
  });

  it('that are none are refused', async () => {
    const port = await httpPort();
    await start({ frames: { folder: frames(), httpPort: port } });
    expect((await post(port, '/frames/s1/p1/a.png', 'not a picture')).status).toBe(422);
    expect((await post(port, '/frames/s1/p1/..%2Fa.png', 'x')).status).toBe(404);
    expect((await fetch(`http://127.0.0.1:${port}/frames/s1/p1/a.png`)).status).toBe(404);
    const [response] = await once(
      request({ host: '127.0.0.1', port, path: '//', method: 'POST' }).end('x'),
      'response',
    );
    expect(response.resume().statusCode).toBe(404);
    expect(published).toEqual([]);
  });
});

describe('the configuration', () => {
  it('names what is wrong with it and where that is corrected', () => {
    expect(() => readSettings({ frames: { folder: '/frames' }, imageBucket: '' })).toThrow(
      /com\.assay\.inspector is not usable.*say where uncertain pictures go.*configuration update/s,
    );
  });

  it('takes numbers as strings, as Greengrass advises to write them', () => {
    const settings = readSettings({ frames: { folder: '/f', httpPort: '8080' }, imageBucket: 'b', threads: '2' });
    expect(settings).toMatchObject({ frames: { httpPort: 8080, pollSeconds: 0.5 }, threads: 2 });
  });
});
