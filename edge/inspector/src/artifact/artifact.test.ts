import { describe, expect, it } from 'vitest';
import { inspectorRecipe } from '../recipe.ts';
import { archive } from './archive.ts';
import { buildArtifact, LARGEST_ARTIFACT } from './build.ts';
import { nativeFiles } from './native-files.ts';
import { hostPlatform, platformName } from './platform.ts';

describe('the artifact', () => {
  it('has the same bytes whenever and in whatever order it is made', async () => {
    const files = [
      { name: 'b', content: Buffer.from('b') },
      { name: 'a', content: Buffer.from('a') },
    ];
    expect(await archive(files)).toEqual(await archive(files.toReversed()));
  });

  it('carries native files of its platform only, and is small enough to fetch', async () => {
    const platform = hostPlatform();
    const names = (await nativeFiles(import.meta.dirname, platform)).map(({ name }) => name);
    const binaries = names.filter((name) => /\.(node|so|dylib|dll)(\.|$)/.test(name));
    expect(binaries.some((name) => name.includes('onnxruntime'))).toBe(true);
    expect(binaries.some((name) => name.includes('libvips'))).toBe(true);
    expect(binaries.some((name) => name.includes('aws-crt'))).toBe(true);
    const { os, cpu } = platform;
    expect(binaries.filter((name) => !name.includes(platformName(platform)) && !name.includes(`${os}/${cpu}`))).toEqual(
      [],
    );
    expect((await buildArtifact(platform)).zip.length).toBeLessThan(LARGEST_ARTIFACT);
  }, 120_000);

  it('says what to install for a platform whose files are not there', async () => {
    const other = { os: 'darwin', cpu: hostPlatform().os === 'darwin' ? 'x64' : 'arm64' } as const;
    await expect(nativeFiles(import.meta.dirname, other)).rejects.toThrow(/npm install --no-save --os=darwin/);
  });
});

it('makes a recipe with a manifest for each platform', () => {
  const recipe = inspectorRecipe({
    version: '1.0.3',
    builds: [
      { platform: { os: 'linux', cpu: 'x64' }, uri: 's3://b/x/inspector.zip' },
      { platform: { os: 'linux', cpu: 'arm64' }, uri: 's3://b/a/inspector.zip' },
    ],
    imageBucket: 'images',
    framesDir: '/frames',
  });
  expect(recipe.ComponentConfiguration.DefaultConfiguration).toMatchObject({
    imageBucket: 'images',
    frames: { folder: '/frames' },
  });
  expect(recipe.Manifests.map(({ Platform, Artifacts }) => [Platform.architecture, Artifacts[0]?.URI])).toEqual([
    ['amd64', 's3://b/x/inspector.zip'],
    ['aarch64', 's3://b/a/inspector.zip'],
  ]);
  expect(JSON.stringify(recipe)).not.toContain('{{');
});
