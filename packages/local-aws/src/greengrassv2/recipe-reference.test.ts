import { describe, expect, test } from 'vitest';
import { parseRecipe, supports } from './recipe.ts';

/** "AWS IoT Greengrass component recipe reference". */

const manifest = (more: Record<string, unknown> = {}) => ({
  Platform: { os: 'linux' },
  Lifecycle: { Run: 'true' },
  ...more,
});
const recipe = (more: Record<string, unknown> = {}) => ({
  RecipeFormatVersion: '2020-01-25',
  ComponentName: 'com.acme.Detector',
  ComponentVersion: '1.4.0',
  Manifests: [manifest()],
  ...more,
});
const artifact = (URI: string, more = {}) => ({ URI, ...more });
const lifecycle = (Lifecycle: Record<string, unknown>) => ({ Manifests: [manifest({ Lifecycle })] });
const depends = (requirement: Record<string, unknown>) => ({
  ComponentDependencies: { 'com.acme.Model': requirement },
});

describe('a recipe is refused', () => {
  test.each<[string, Record<string, unknown>, RegExp]>([
    ['of another format', { RecipeFormatVersion: '2019-01-01' }, /RecipeFormatVersion/],
    ['without a name', { ComponentName: undefined }, /ComponentName/],
    ['whose name has a space', { ComponentName: 'a b' }, /ComponentName/],
    ['whose name has 129 characters', { ComponentName: 'a'.repeat(129) }, /ComponentName/],
    ['whose name is reserved', { ComponentName: 'aws.greengrass.Mine' }, /reserved/],
    ['whose version has two parts', { ComponentVersion: '1.4' }, /not a semantic version/],
    ['whose version has a v', { ComponentVersion: 'v1.4.0' }, /not a semantic version/],
    ['without manifests', { Manifests: [] }, /Manifests/],
    ['with an element that there isn’t', { ComponentTypo: 1 }, /ComponentTypo/],
    ['with a lifecycle step that there isn’t', lifecycle({ Launch: 'true' }), /Launch/],
    ['with Run and Startup', lifecycle({ Run: 'a', Startup: 'b' }), /exclude each other/],
    ['with a step without a script', lifecycle({ Install: { Timeout: 5 } }), /Install/],
    [
      'with an artifact outside of S3',
      { Manifests: [manifest({ Artifacts: [artifact('https://x/code.zip')] })] },
      /not in S3/,
    ],
    [
      'with an artifact that is a bucket',
      { Manifests: [manifest({ Artifacts: [artifact('s3://bucket/')] })] },
      /not in S3/,
    ],
    [
      'with two artifacts of one file name',
      { Manifests: [manifest({ Artifacts: [artifact('s3://b/x/code.zip'), artifact('s3://b/y/code.zip')] })] },
      /different file names/,
    ],
    [
      'with an archive of another kind',
      { Manifests: [manifest({ Artifacts: [artifact('s3://b/code.tar', { Unarchive: 'TAR' })] })] },
      /Unarchive/,
    ],
    ['that depends on no range of versions', depends({ VersionRequirement: 'the newest' }), /not a range of versions/],
    ['that depends without a version', depends({ DependencyType: 'HARD' }), /VersionRequirement/],
    [
      'that depends in another way',
      depends({ VersionRequirement: '^2.0.0', DependencyType: 'FIRM' }),
      /DependencyType/,
    ],
  ])('%s', (_what, more, message) => {
    expect(() => parseRecipe(JSON.stringify(recipe(more)))).toThrow(message);
  });

  test.each(['{', 'a: [', ''])('that is neither JSON nor YAML: %j', (text) => {
    expect(() => parseRecipe(text)).toThrow(/The recipe is not valid/);
  });
});

describe('a recipe may have', () => {
  test.each<[string, Record<string, unknown>]>([
    [
      'ranges of versions as npm writes them',
      depends({ VersionRequirement: '>=7.0.0 <8.0.0', DependencyType: 'SOFT' }),
    ],
    [
      'steps with options',
      lifecycle({ Install: { Script: 'x', Timeout: 120, Skipif: 'onpath x' }, Startup: 'y', Recover: 'z' }),
    ],
    ['variables for all steps', lifecycle({ Setenv: { A: '1' }, Run: 'x' })],
    ['no lifecycle at all', { Manifests: [{ Artifacts: [artifact('s3://b/model.onnx')] }] }],
    ['a default configuration', { ComponentConfiguration: { DefaultConfiguration: { threshold: '0.5' } } }],
  ])('%s', (_what, more) => {
    expect(parseRecipe(JSON.stringify(recipe(more))).ComponentName).toBe('com.acme.Detector');
  });
});

describe('a manifest is for a device', () => {
  const device = { os: 'linux', architecture: 'aarch64' };
  test.each<[string, Record<string, string> | undefined, boolean]>([
    ['without a platform: any', undefined, true],
    ['of the same values', { os: 'linux', architecture: 'aarch64' }, true],
    ['of another value', { os: 'windows' }, false],
    ['of an attribute that the device lacks', { runtime: 'aws_nucleus_lite' }, false],
    ['*: any value', { os: '*' }, true],
    ['of an expression between slashes', { architecture: '/aarch64|arm/' }, true],
    ['whose expression does not match', { architecture: '/amd64|x86/' }, false],
  ])('%s', (_rule, Platform, expected) => {
    expect(supports(parseRecipe(JSON.stringify(recipe({ Manifests: [manifest({ Platform })] }))), device)).toBe(
      expected,
    );
  });
});
