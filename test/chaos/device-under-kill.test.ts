import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { registerInspector } from '@assay/edge-inspector';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, test } from 'vitest';
import { randomStream, wholeBetween } from '../../packages/synthetic-tags/src/random.ts';
import { longForm, testSeed } from '../form.ts';
import { until } from '../greengrass/cloud.ts';
import { ended, IMAGES, type InspectedLine, startLine, THING } from '../greengrass/inspected-line.ts';

const MINUTE = 60_000;
const PARTS = longForm ? 200 : 40;
const KILLS = longForm ? 25 : 5;
/** From good over unsure to bad. */
const REDNESS = [0, 140, 255];

/** What makes the key of a picture its own. */
const UNIQUE = /\d{15}-[0-9a-f]{32}-(?=[^/]*$)/;

/** What a line has come to: the verdict on each part, and the pictures that came back. */
interface LineStates {
  verdicts: Record<string, unknown>;
  pictures: Record<string, string>;
}

describe('a device that is killed while it inspects', () => {
  const seed = testSeed('kill -9 of a device');
  const random = randomStream('device kills', seed);
  let line: InspectedLine | undefined;
  afterEach(() => line?.cloud.close());

  /** @param killsAt after how many verdicts the device is killed */
  async function inspect(killsAt: number[]): Promise<LineStates> {
    line = await startLine();
    const { cloud, framesDir } = line;
    await line.model('1.0.1');
    const { version } = await registerInspector({ ...cloud, bucket: 'components', imageBucket: IMAGES, framesDir });
    let device = line.startDevice();
    const deployment = await cloud.deploy({ 'com.assay.inspector': version, 'com.assay.model': '1.0.1' });
    expect((await cloud.ended(THING, deployment)).coreDeviceExecutionStatus).toBe('SUCCEEDED');
    const verdicts: Record<string, unknown> = {};
    const stopListening = await line.listen(({ file, verdict, detections, uploaded }) => {
      const said = { verdict, detections, uploaded };
      // A message may come twice; what it says is the same.
      if (file in verdicts) expect(said).toEqual(verdicts[file]);
      verdicts[file] = said;
    });
    const uncertain: string[] = [];
    let placed = 0;
    for (const killAt of [...killsAt, PARTS]) {
      for (; placed < killAt; placed++) {
        const red = REDNESS[placed % REDNESS.length] ?? 0;
        const file = `${String(placed).padStart(3, '0')}.png`;
        if (red === 140) uncertain.push(file);
        await line.placeFrame(file, red);
      }
      if (killAt === PARTS) break;
      await until(() => Object.keys(verdicts).length >= killAt - 3, 60);
      await delay(wholeBetween(random, 0, 50));
      device.kill('SIGKILL');
      await ended(device);
      device = line.startDevice();
    }
    await until(() => Object.keys(verdicts).length === PARTS, 60);
    const pictures = async () => (await cloud.s3.send(new ListObjectsV2Command({ Bucket: IMAGES }))).Contents ?? [];
    await until(async () => (await pictures()).length === uncertain.length, 60);
    const states: LineStates = { verdicts, pictures: {} };
    for (const { Key = '' } of await pictures()) {
      const { Body } = await cloud.s3.send(new GetObjectCommand({ Bucket: IMAGES, Key }));
      const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
      // Its time and its frame's digest stand before the file's name, and are others with every run.
      states.pictures[Key.replace(UNIQUE, '')] = createHash('sha256').update(bytes).digest('hex');
    }
    await stopListening();
    device.kill('SIGTERM');
    await ended(device);
    return states;
  }

  let undisturbed: LineStates;
  test(
    'in peace, every part has its verdict',
    async () => {
      undisturbed = await inspect([]);
      expect(Object.keys(undisturbed.verdicts)).toHaveLength(PARTS);
    },
    2 * MINUTE,
  );

  test(
    `comes to the same after ${KILLS} kills`,
    async () => {
      const share = PARTS / (KILLS + 1);
      const killsAt = Array.from({ length: KILLS }, (_, index) =>
        wholeBetween(random, Math.ceil(index * share) + 4, Math.floor((index + 1) * share) + 3),
      );
      expect(await inspect(killsAt)).toEqual(undisturbed);
    },
    (longForm ? 10 : 3) * MINUTE,
  );
});
