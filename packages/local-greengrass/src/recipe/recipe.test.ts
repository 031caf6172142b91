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
