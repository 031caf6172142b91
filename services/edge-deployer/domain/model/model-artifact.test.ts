import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { sha256Of, unpack } from '../../adapters/model-archive.ts';
import { checkArtifact } from './model-artifact.ts';
import { latestVersion, modelRecipe } from './model-component.ts';

const uri = 's3://training/model.tar.gz';

/** The smallest ModelProto: ir_version 8 and an empty graph. */
const onnx = Uint8Array.of(0x08, 0x08, 0x3a, 0x00);

function manifest(overrides: Record<string, unknown> = {}): Uint8Array {
  return Buffer.from(
    JSON.stringify({
      format: 'assay.model/1',
      names: ['scratch'],
      imageSize: 256,
      stride: 8,
      sha256: sha256Of(onnx),
      trainer: { name: 'embedded', version: '1', seed: 7 },
      ...overrides,
    }),
  );
}

const files = (entries: Record<string, Uint8Array>) => new Map(Object.entries(entries));

async function archive(entries: Record<string, Uint8Array>): Promise<Uint8Array> {
  const tar = pack();
  for (const [name, content] of Object.entries(entries)) tar.entry({ name }, Buffer.from(content));
  tar.finalize();
  return gzipSync(await buffer(tar));
}

describe('checkArtifact', () => {
  it('takes a network and the manifest that speaks of it, named by their content', () => {
    const artifact = checkArtifact(uri, files({ 'model.onnx': onnx, 'manifest.json': manifest() }), sha256Of);
    expect(artifact.sha256).toBe(sha256Of(manifest()));
  });

  it.each([
    ['an archive without a network', { 'manifest.json': manifest() }, 'holds no model.onnx'],
    ['an archive without a manifest', { 'model.onnx': onnx }, 'holds no manifest.json'],
    ['a manifest that is not JSON', { 'model.onnx': onnx, 'manifest.json': Buffer.from('{') }, 'is not JSON'],
    ['a manifest of another format', { 'model.onnx': onnx, 'manifest.json': manifest({ format: 'x' }) }, 'format: '],
    ['another network', { 'model.onnx': Uint8Array.of(8, 9), 'manifest.json': manifest() }, 'its manifest says'],
  ])('refuses %s, naming the archive', (_, entries, problem) => {
    expect(() => checkArtifact(uri, files(entries), sha256Of)).toThrow(problem);
    expect(() => checkArtifact(uri, files(entries), sha256Of)).toThrow(uri);
  });

  it.each([
    ['text', Buffer.from('not a model at all')],
    ['an empty file', new Uint8Array()],
    ['a message without a graph', Uint8Array.of(0x08, 0x08)],
    ['a message that is cut off', Uint8Array.of(0x08, 0x08, 0x3a, 0x05, 0x00)],
  ])('refuses %s that calls itself ONNX', (_, fake) => {
    const entries = { 'model.onnx': fake, 'manifest.json': manifest({ sha256: sha256Of(fake) }) };
    expect(() => checkArtifact(uri, files(entries), sha256Of)).toThrow('is not an ONNX model');
  });
});

describe('unpack', () => {
  it('reads the files of a tar.gz, whatever prefix they have', async () => {
    const unpacked = await unpack(uri, await archive({ './model.onnx': onnx, 'manifest.json': manifest() }));
    expect([...unpacked.keys()]).toEqual(['model.onnx', 'manifest.json']);
    expect(Buffer.from(unpacked.get('model.onnx') ?? [])).toEqual(Buffer.from(onnx));
  });

  it('names an archive that is none, or that was cut off', async () => {
    await expect(unpack(uri, Buffer.from('hello'))).rejects.toMatchObject({ code: 'unusable-model', retryable: false });
    const whole = await archive({ 'model.onnx': onnx });
    await expect(unpack(uri, whole.subarray(0, whole.length - 20))).rejects.toThrow(uri);
  });
});

describe('component versions', () => {
  it('are compared as numbers', () => {
    expect(latestVersion(['1.2.0', '1.10.0', '1.9.9'])).toBe('1.10.0');
    expect(latestVersion([])).toBeUndefined();
  });

  it('carry the model package in the recipe', () => {
    expect(modelRecipe(7, 'arn:package/7', ['s3://edge/model.onnx'])).toMatchObject({
      ComponentName: 'com.assay.model',
      ComponentVersion: '1.0.7',
      Manifests: [{ Artifacts: [{ URI: 's3://edge/model.onnx', Unarchive: 'NONE' }] }],
    });
  });
});
