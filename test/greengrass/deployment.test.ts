import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type CoreDevice,
  type CoreDeviceConfig,
  configPath,
  coreDeviceMain,
  startCoreDevice,
} from '@assay/local-greengrass';
import { ListCoreDevicesCommand, ListInstalledComponentsCommand } from '@aws-sdk/client-greengrassv2';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { artifactUri, recipe, startCloud, type TestCloud, until } from './cloud.ts';

let cloud: TestCloud;
let device: CoreDevice | undefined;
let config: CoreDeviceConfig;
let lines: string[] = [];

const start = async () => {
  device = await startCoreDevice(config, { report: (message, error) => lines.push(`${message} ${error ?? ''}`) });
  return device;
};
const work = (component: string, file: string) => join(config.root, 'work', component, file);
const said = (component: string, file: string) =>
  existsSync(work(component, file)) ? readFileSync(work(component, file), 'utf8').trim() : '';

beforeAll(async () => {
  cloud = await startCloud();
});
afterAll(async () => {
  await cloud.close();
});
afterEach(async () => {
  await device?.stop();
  device = undefined;
  lines = [];
});

describe('a deployment to a core device', () => {
  it('runs the component with its artifact, configuration and thing name, and is reported as succeeded', async () => {
    config = await cloud.provision('device-1');
    await cloud.component(
      recipe(
        'com.example.Hello',
        '1.0.0',
        {
          Startup: {
            Script: 'cat {artifacts:path}/greeting.txt > said; echo {configuration:/name} {iot:thingName} >> said',
          },
        },
        { artifacts: [{ URI: artifactUri('greeting.txt') }], configuration: { name: 'line' } },
      ),
      { 'greeting.txt': 'hello\n' },
    );
    const running = await start();
    const deployment = await cloud.deploy({ 'com.example.Hello': '1.0.0' });
    expect(await cloud.ended('device-1', deployment)).toMatchObject({
      coreDeviceExecutionStatus: 'SUCCEEDED',
      reason: 'SUCCESSFUL',
    });
    expect(said('com.example.Hello', 'said')).toBe('hello\nline device-1');
    expect(running.components()).toEqual([
      { name: 'com.example.Hello', version: '1.0.0', state: 'RUNNING', reason: '' },
    ]);
    const installed = new ListInstalledComponentsCommand({ coreDeviceThingName: 'device-1' });
    await until(async () => {
      const { installedComponents: [first] = [] } = await cloud.greengrass.send(installed);
      return first?.lifecycleState === 'RUNNING';
    });
    const { coreDevices } = await cloud.greengrass.send(new ListCoreDevicesCommand({ thingGroupArn: cloud.groupArn }));
    expect(coreDevices).toMatchObject([{ coreDeviceThingName: 'device-1', status: 'HEALTHY' }]);
  });

  it('goes back to the version before when the new one does not come up', async () => {
    await cloud.component(recipe('com.example.Hello', '2.0.0', { Startup: 'echo no camera >&2; exit 3' }));
    const running = await start();
    await until(() => running.components()[0]?.state === 'RUNNING');
    const deployment = await cloud.deploy({ 'com.example.Hello': '2.0.0' });
    const ended = await cloud.ended('device-1', deployment);
    expect(ended.coreDeviceExecutionStatus).toBe('FAILED');
    expect(ended.reason).toContain(
      'FAILED_ROLLBACK_COMPLETE: com.example.Hello is broken: startup exited with code 3 (the last that it said: no camera)',
    );
    expect(ended.statusDetails?.errorTypes).toEqual(['COMPONENT_ERROR']);
    expect(running.components()).toEqual([
      { name: 'com.example.Hello', version: '1.0.0', state: 'RUNNING', reason: '' },
    ]);
  });

  it('changes nothing when an artifact is not what the version was created from', async () => {
    await cloud.component(
      recipe('com.example.Hello', '3.0.0', { Startup: 'true' }, { artifacts: [{ URI: artifactUri('swapped.txt') }] }),
      { 'swapped.txt': 'genuine' },
    );
    await cloud.s3.send(new PutObjectCommand({ Bucket: 'components', Key: 'swapped.txt', Body: 'other' }));
    const running = await start();
    const deployment = await cloud.deploy({ 'com.example.Hello': '3.0.0' });
    const ended = await cloud.ended('device-1', deployment);
    expect(ended.reason).toContain('FAILED_NO_STATE_CHANGE');
    expect(ended.reason).toContain('is not what the component version was created from');
    expect(ended.statusDetails?.errorStack).toEqual(['DEPLOYMENT_FAILURE', 'ARTIFACT_CHECKSUM_MISMATCH']);
    expect(running.components()[0]?.version).toBe('1.0.0');
  });

  it('waits for a device that is away, and ends on it when it is back', async () => {
    const deployment = await cloud.deploy({ 'com.example.Hello': '1.0.0' });
    await until(async () => (await cloud.effective('device-1', deployment))?.coreDeviceExecutionStatus === 'QUEUED');
    await start();
    expect(await cloud.ended('device-1', deployment)).toMatchObject({ coreDeviceExecutionStatus: 'SUCCEEDED' });
  });

  it('is got by a device that joins the group later', async () => {
    config = await cloud.provision('device-2');
    const running = await start();
    await until(() => running.components().some(({ state }) => state === 'RUNNING'));
    expect(running.components()).toMatchObject([{ name: 'com.example.Hello', version: '1.0.0' }]);
  });

  it('is carried on by a device that was killed in the middle of it', async () => {
    config = await cloud.provision('device-3');
    await cloud.component(
      recipe('com.example.Slow', '1.0.0', { Startup: 'echo x >> lives; test -f go || exec sleep 100' }),
    );
    const slow = async () => {
      const child = spawn(process.execPath, [fileURLToPath(coreDeviceMain), configPath(config.root)], {
        stdio: 'ignore',
      });
      const exited = new Promise((resolve) => child.once('exit', resolve));
      return { child, exited };
    };
    const first = await slow();
    const deployment = await cloud.deploy({ 'com.example.Slow': '1.0.0' });
    await until(() => said('com.example.Slow', 'lives') === 'x');
    first.child.kill('SIGKILL');
    await first.exited;
    expect(await cloud.effective('device-3', deployment)).toMatchObject({ coreDeviceExecutionStatus: 'IN_PROGRESS' });
    writeFileSync(work('com.example.Slow', 'go'), '');
    const running = await start();
    expect(await cloud.ended('device-3', deployment)).toMatchObject({ coreDeviceExecutionStatus: 'SUCCEEDED' });
    expect(running.components()).toMatchObject([{ name: 'com.example.Slow', state: 'RUNNING' }]);
    expect(said('com.example.Slow', 'lives')).toBe('x\nx');
  });

  it('is heard of by the cloud although it ended while the line was cut', async () => {
    config = await cloud.provision('device-4');
    await cloud.component(
      recipe('com.example.Long', '1.0.0', { Startup: 'touch begun; while ! test -f go; do sleep 0.05; done' }),
    );
    await start();
    const deployment = await cloud.deploy({ 'com.example.Long': '1.0.0' });
    await until(() => existsSync(work('com.example.Long', 'begun')));
    await cloud.stop();
    writeFileSync(work('com.example.Long', 'go'), '');
    await until(() => device?.components()[0]?.state === 'RUNNING');
    await cloud.start();
    expect(await cloud.ended('device-4', deployment)).toMatchObject({ coreDeviceExecutionStatus: 'SUCCEEDED' });
  });

  it('brings what a component depends on, and a second device in the same folder is refused', async () => {
    config = await cloud.provision('device-5');
    await cloud.component(recipe('com.example.Base', '1.4.0', { Install: 'echo base > made' }));
    await cloud.component(recipe('com.example.Base', '2.0.0', { Install: 'exit 1' }));
    await cloud.component(
      recipe(
        'com.example.Top',
        '1.0.0',
        { Startup: 'cat {com.example.Base:work:path}/made > said' },
        { dependencies: { 'com.example.Base': { VersionRequirement: '^1.0.0' } } },
      ),
    );
    await start();
    const deployment = await cloud.deploy({ 'com.example.Top': '1.0.0' });
    expect(await cloud.ended('device-5', deployment)).toMatchObject({ coreDeviceExecutionStatus: 'SUCCEEDED' });
    expect(said('com.example.Top', 'said')).toBe('base');
    await expect(startCoreDevice(config)).rejects.toThrow(/runs already/);
  });
});
