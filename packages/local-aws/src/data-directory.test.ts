import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeEndpointCommand, IoTClient } from '@aws-sdk/client-iot';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from './index.ts';

describe('a data directory', () => {
  const folder = mkdtempSync(join(tmpdir(), 'directories-'));
  const good = join(folder, 'good');
  const dataDir = join(folder, 'tried');
  const reports: string[] = [];
  const running: LocalAws[] = [];

  async function start(): Promise<LocalAws> {
    const aws = await startLocalAws({ dataDir, report: (message) => reports.push(message) });
    running.push(aws);
    return aws;
  }
  const s3Of = ({ endpoint, region, administrator: credentials }: LocalAws) =>
    new S3Client({ endpoint, region, credentials, maxAttempts: 1 });

  async function devicePortOf({ endpoint, region, administrator: credentials }: LocalAws): Promise<number> {
    const iot = new IoTClient({ endpoint, region, credentials });
    const { endpointAddress } = await iot.send(new DescribeEndpointCommand({ endpointType: 'iot:Data-ATS' }));
    return Number(endpointAddress?.split(':')[1]);
  }
  /** What was reported of the files; the port that devices of `good` were told may be another process's by now. */
  const reportsOfFiles = () => reports.filter((report) => !/^port \d+, which devices were told/.test(report));

  beforeAll(async () => {
    const aws = await startLocalAws({ dataDir: good });
    const { endpoint, region, administrator: credentials } = aws;
    await s3Of(aws).send(new CreateBucketCommand({ Bucket: 'things' }));
    for (const Key of ['a', 'b']) await s3Of(aws).send(new PutObjectCommand({ Bucket: 'things', Key, Body: Key }));
    await new DynamoDBClient({ endpoint, region, credentials }).send(
      new CreateTableCommand({
        TableName: 'things',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
    await aws.close();
  });
  beforeEach(() => {
    reports.length = 0;
    cpSync(good, dataDir, { recursive: true });
  });
  afterEach(async () => {
    for (const aws of running.splice(0)) await aws.close();
    rmSync(dataDir, { recursive: true });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Every file with its content, but the lock's: it is there to be taken. */
  function contents(): Record<string, string> {
    const files = readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const paths = files.map(({ parentPath, name }) => join(parentPath, name)).filter((path) => !path.endsWith('/lock'));
    return Object.fromEntries(
      paths.map((path) => [path, createHash('sha256').update(readFileSync(path)).digest('hex')]),
    );
  }

  it('is let go of when what was written last cannot be brought to the disk', async () => {
    const aws = await startLocalAws({ dataDir });
    aws.kernel.store.durable = () => Promise.reject(new Error('disk I/O error'));
    await expect(aws.close()).rejects.toThrow('disk I/O error');
    await start();
  });

  async function refused(problem: RegExp, remedy: RegExp): Promise<void> {
    const before = contents();
    await expect(start()).rejects.toMatchObject({
      name: 'DataDirectoryError',
      message: expect.stringMatching(problem),
      remedy: expect.stringMatching(remedy),
    });
    expect(contents()).toEqual(before);
  }
  const state = () => join(dataDir, 'state.db');
  function inState(sql: string): void {
    const db = new DatabaseSync(state());
    db.exec(sql);
    db.close();
  }

  it('that is in use is refused, until its holder lets go', async () => {
    const first = await start();
    await expect(start()).rejects.toThrow(/in use by another embedded AWS/);
    await first.close();
    running.length = 0;
    await start();
  });

  it('of a newer version is refused by its number', async () => {
    inState('PRAGMA user_version = 7');
    await refused(
      /written by a newer version: its format is 7, and this version knows formats up to 1/,
      /version that/,
    );
  });

  it('of the time before formats had numbers is taken up as it is', async () => {
    inState('PRAGMA user_version = 0');
    const aws = await start();
    const { Body } = await s3Of(aws).send(new GetObjectCommand({ Bucket: 'things', Key: 'a' }));
    expect(await Body?.transformToString()).toBe('a');
  });

  it('with a database that is cut off is refused', async () => {
    truncateSync(state(), 8192);
    await refused(/state\.db is damaged/, /copy of the whole data directory/);
  });

  it('with a database that is something else is refused', async () => {
    writeFileSync(state(), 'x'.repeat(8192));
    await refused(/state\.db is damaged: file is not a database/, /copy/);
  });

  it('with pages that are overwritten is refused', async () => {
    const bytes = readFileSync(state());
    bytes.fill(0xff, 4096, 4096 * 4);
    writeFileSync(state(), bytes);
    await refused(/state\.db is damaged/, /copy/);
  });

  it.each(['empty', 'missing'])('whose database is %s while its objects are there is refused', async (how) => {
    if (how === 'empty') truncateSync(state(), 0);
    else rmSync(state());
    await refused(new RegExp(`state.db is damaged: it is ${how}, while s3/objects has content`), /copy/);
  });

  it('whose tables are damaged is refused', async () => {
    writeFileSync(join(dataDir, 'dynamodb', 'CURRENT'), 'nonsense');
    await expect(start()).rejects.toThrow(/dynamodb is damaged: /);
  });

  it('that lacks the file of an object says so, and removes no other', async () => {
    const objects = join(dataDir, 's3', 'objects');
    const [lost = '', kept = ''] = readdirSync(objects);
    rmSync(join(objects, lost));
    writeFileSync(join(objects, 'unknown'), '');
    await start();
    expect(reportsOfFiles()).toEqual([
      expect.stringMatching(new RegExp(`lacks 1 of 2 files, e.g. ${lost}.*from a copy`)),
    ]);
    expect(readdirSync(objects).sort()).toEqual([kept, 'unknown'].sort());
  });

  it('whose journal of calls is damaged begins a new one, and keeps the old', async () => {
    writeFileSync(join(dataDir, 'calls.db'), 'x'.repeat(8192));
    await start();
    expect(reportsOfFiles()).toEqual([expect.stringMatching(/journal of calls.*begun anew.*calls\.db\.damaged/)]);
    expect(readFileSync(join(dataDir, 'calls.db.damaged'), 'utf8')).toBe('x'.repeat(8192));
  });

  it('whose port for devices is taken by now takes another, and says so', async () => {
    const taker = createServer();
    await new Promise<void>((resolve) => taker.listen(0, '127.0.0.1', resolve));
    const { port } = taker.address() as AddressInfo;
    inState(`UPDATE iot_settings SET value = '${port}' WHERE key = 'port'`);
    try {
      const another = await devicePortOf(await start());
      expect(another).not.toBe(port);
      expect(another).toBeLessThan(32_768);
      expect(reports).toEqual([expect.stringContaining(`port ${port}, which devices were told, is taken: provision`)]);
    } finally {
      taker.close();
    }
  });

  it('that cannot be made is refused', async () => {
    writeFileSync(join(folder, 'file'), '');
    const options = { dataDir: join(folder, 'file', 'data') };
    await expect(startLocalAws(options)).rejects.toMatchObject({
      message: expect.stringMatching(/cannot be made: ENOTDIR/),
      remedy: expect.stringMatching(/folder that you may write to/),
    });
  });
});
