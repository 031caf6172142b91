import { describe, expect, it } from 'vitest';
import { manifestFor } from './platform.ts';
import { recipeSchema } from './recipe.ts';
import { interpolate, type VariableScope } from './variables.ts';

const recipe = (manifests: unknown[]) =>
  recipeSchema.parse({
    RecipeFormatVersion: '2020-01-25',
    ComponentName: 'com.example.A',
    ComponentVersion: '1.0.0',
    Manifests: manifests,
  });

describe('a recipe', () => {
  it('gives the first manifest that fits the platform: exact, any, or a pattern', () => {
    const names = ['exact', 'pattern', 'any'];
    const found = recipe([
      { Name: 'exact', Platform: { os: 'linux', architecture: 'aarch64' } },
      { Name: 'pattern', Platform: { os: 'linux', architecture: '/amd64|x86/' } },
      { Name: 'any', Platform: { os: '*' } },
    ]);
    const fits = [
      { os: 'linux', architecture: 'aarch64' },
      { os: 'linux', architecture: 'amd64' },
      { os: 'darwin', architecture: 'amd64' },
    ].map((platform) => manifestFor(found, platform)?.Name);
    expect(fits).toEqual(names);
    expect(manifestFor(recipe([{ Platform: { os: 'windows' } }]), { os: 'linux' })).toBeUndefined();
    expect(manifestFor(recipe([{ Platform: { runtime: 'aws_nucleus_lite' } }]), { os: 'linux' })).toBeUndefined();
  });

  it('has Run or Startup, not both', () => {
    expect(() => recipe([{ Lifecycle: { Run: 'a', Startup: 'b' } }])).toThrow(/not both/);
  });
});

describe('a hostile recipe', () => {
  const whole = { RecipeFormatVersion: '2020-01-25', ComponentName: 'com.example.A', ComponentVersion: '1.0.0' };
  const artifact = (URI: string) => ({ Manifests: [{ Artifacts: [{ URI }] }] });

  it.each([
    ['a name that leads elsewhere', { ComponentName: '..' }, 'ComponentName'],
    ['a name with a folder in it', { ComponentName: 'a/../../b' }, 'ComponentName'],
    ['a version that leads elsewhere', { ComponentVersion: '../../../../etc' }, 'ComponentVersion'],
    ['a version that is none', { ComponentVersion: '1' }, 'ComponentVersion'],
    ['an artifact without a file', artifact('s3://bucket/'), 'URI'],
    ['an artifact that leads elsewhere', artifact('s3://bucket/a/..'), 'URI'],
    ['an artifact that leads elsewhere in code', artifact('s3://bucket/%2e%2e'), 'URI'],
    ['an artifact that is no address', artifact('bucket'), 'URI'],
    ['a platform that is no regular expression', { Manifests: [{ Platform: { os: '/(/' } }] }, 'Platform'],
    [
      'an unpacking that nobody knows',
      { Manifests: [{ Artifacts: [{ URI: 's3://b/a.tar', Unarchive: 'TAR' }] }] },
      'Unarchive',
    ],
    ['manifests that are no list', { Manifests: { length: 1 } }, 'Manifests'],
  ])('is refused with the name of what is wrong: %s', (_, part, member) => {
    const { success, error } = recipeSchema.safeParse({ ...whole, ...part });
    expect(success).toBe(false);
    expect(error?.issues.map(({ path }) => path.join('.')).join()).toContain(member);
  });
});

describe('recipe variables', () => {
  const scope = (name: string): VariableScope => ({
    thingName: 'edge-1',
    rootPath: '/gg',
    workPath: `/gg/work/${name}`,
    artifactsPath: `/gg/artifacts/${name}`,
    decompressedPath: `/gg/unpacked/${name}`,
    configuration: { threshold: 0.5, classes: ['a'], name: 'x', empty: null },
  });
  const scopeOf = (name = 'own') => (['own', 'com.example.Model'].includes(name) ? scope(name) : undefined);

  it('are replaced by paths, configuration and the thing', () => {
    expect(
      interpolate(
        '{artifacts:decompressedPath}/a {work:path} {configuration:/threshold} {iot:thingName} {kernel:rootPath}',
        scopeOf,
      ),
    ).toBe('/gg/unpacked/own/a /gg/work/own 0.5 edge-1 /gg');
    expect(interpolate('{configuration:/classes}', scopeOf)).toBe('["a"]');
  });

  it('reach into a dependency', () => {
    expect(interpolate('{com.example.Model:artifacts:path}/m {com.example.Model:configuration:/name}', scopeOf)).toBe(
      '/gg/artifacts/com.example.Model/m x',
    );
  });

  it('stay as they are when there is no such thing', () => {
    const text = '{com.example.Other:artifacts:path} {configuration:/missing} {configuration:/empty} ${HOME} {a:b}';
    expect(interpolate(text, scopeOf)).toBe(text);
  });
});
