import { describe, expect, it } from 'vitest';
import { parseRecipe } from './recipe.ts';

const whole = {
  RecipeFormatVersion: '2020-01-25',
  ComponentName: 'com.example.A',
  ComponentVersion: '1.0.0',
  Manifests: [{ Artifacts: [{ URI: 's3://bucket/a.zip' }] }],
};
const recipe = (part: object) => JSON.stringify({ ...whole, ...part });

describe('a recipe', () => {
  it('is read in JSON and YAML', () => {
    expect(parseRecipe(recipe({})).ComponentName).toBe('com.example.A');
    const yaml = [
      'RecipeFormatVersion: "2020-01-25"',
      'ComponentName: a',
      'ComponentVersion: 1.0.0',
      'Manifests: [{}]',
    ];
    expect(parseRecipe(yaml.join('\n')).ComponentVersion).toBe('1.0.0');
  });

  it.each([
    ['broken JSON', '{', 'neither JSON nor YAML'],
    ['broken YAML', 'a: [', 'neither JSON nor YAML'],
    ['nothing', '', 'The recipe is not valid'],
    ['bytes', '\0\x01\x02', 'The recipe is not valid'],
    [
      'a bomb of aliases',
      `a: &a [x, x, x, x, x, x, x, x, x]\n${Array.from('bcdefgh', (name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefg'[index]}`)}]`).join('\n')}`,
      'The recipe is not valid',
    ],
    ['a member that nobody knows', recipe({ Extra: 1 }), 'Extra'],
    ['a member that every object has', `{"__proto__": {}, ${recipe({}).slice(1)}`, ''],
    ['a name with a folder in it', recipe({ ComponentName: '../a' }), 'ComponentName'],
    ['a reserved name', recipe({ ComponentName: 'aws.greengrass.Nucleus' }), 'reserved'],
    ['a version that is none', recipe({ ComponentVersion: '../1' }), 'ComponentVersion'],
    ['no manifest', recipe({ Manifests: [] }), 'Manifests'],
    [
      'a platform that is no regular expression',
      recipe({ Manifests: [{ Platform: { os: '/(/' } }] }),
      'not a regular expression',
    ],
    [
      'an artifact of another place',
      recipe({ Manifests: [{ Artifacts: [{ URI: 'file:///etc/passwd' }] }] }),
      'is not in S3',
    ],
    [
      'two artifacts of one name',
      recipe({ Manifests: [{ Artifacts: [{ URI: 's3://b/1/a' }, { URI: 's3://b/2/a' }] }] }),
      'different file names',
    ],
    [
      'a lifecycle that runs and starts',
      recipe({ Manifests: [{ Lifecycle: { Run: 'a', Startup: 'b' } }] }),
      'exclude each other',
    ],
  ])('is refused in the words of the service: %s', (_, text, words) => {
    expect(() => parseRecipe(text)).toThrow(/^The recipe is not valid: /);
    expect(() => parseRecipe(text)).toThrow(words);
  });
});
