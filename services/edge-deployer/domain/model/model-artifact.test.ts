import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { sha256Of, unpack } from '../../adapters/model-archive.ts';
import { checkArtifact } from './model-artifact.ts';
import { modelRecipe, newestFirst } from './model-component.ts';
import { checkOnnx } from './onnx-file.ts';

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

  it('takes a network whose input is a rectangle', () => {
    const wide = manifest({ imageSize: { width: 640, height: 480 } });
    expect(checkArtifact(uri, files({ 'model.onnx': onnx, 'manifest.json': wide }), sha256Of).manifest).toBe(wide);
  });

  it.each([
    ['an archive without a network', { 'manifest.json': manifest() }, 'holds no model.onnx'],
    ['an archive without a manifest', { 'model.onnx': onnx }, 'holds no manifest.json'],
    ['a manifest that is not JSON', { 'model.onnx': onnx, 'manifest.json': Buffer.from('{') }, 'is not JSON'],
    ['a manifest of another format', { 'model.onnx': onnx, 'manifest.json': manifest({ format: 'x' }) }, 'format: '],
    [
      'a manifest of an input without a height',
      { 'model.onnx': onnx, 'manifest.json': manifest({ imageSize: { width: 640 } }) },
      'imageSize.height: ',
    ],
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

/** A protobuf field that holds a message, of less than 128 bytes. */
const field = (number: number, ...content: number[]) => [(number << 3) | 2, content.length, ...content];
const network = (...graph: number[]) => Uint8Array.of(0x08, 0x08, ...field(7, ...graph));

describe('checkOnnx', () => {
  const outside = field(13, ...field(1, 97), ...field(2, 47));

  it('takes tensors that hold their values', () => {
    expect(() => checkOnnx(uri, network(...field(5, 0x08, 0x01, ...field(9, 0, 0, 0, 0))))).not.toThrow();
  });

  it.each([
    ['an initializer', field(5, ...outside)],
    ['a sparse initializer', field(15, ...field(1, ...outside))],
    ['a constant', field(1, ...field(5, ...field(5, ...outside)))],
    ['a graph in a node', field(1, ...field(5, ...field(6, ...field(5, ...outside))))],
    ['a place that is only announced', field(5, 0x70, 0x01)],
  ])('refuses weights in another file: %s', (_, graph) => {
    expect(() => checkOnnx(uri, network(...graph))).toThrow('its weights are in another file');
  });

  it('refuses what is broken further in, and numbers beyond all bounds', () => {
    expect(() => checkOnnx(uri, network(...field(5, 0x4a, 0x7f)))).toThrow('no protobuf message');
    expect(() => checkOnnx(uri, Uint8Array.of(0x3a, ...Array(9).fill(0xff), 0x01))).toThrow('no protobuf message');
    expect(() => checkOnnx(uri, Uint8Array.of(...Array(11).fill(0xff)))).toThrow('it ends within a field');
  });

  it('refuses graphs in graphs without end', () => {
    let graph: number[] = [];
    const long = (number: number, content: number[]) => [
      (number << 3) | 2,
      (content.length & 127) | 128,
      content.length >> 7,
      ...content,
    ];
    for (let depth = 0; depth < 100; depth += 1) graph = long(1, long(5, long(6, graph)));
    expect(() => checkOnnx(uri, Uint8Array.of(0x08, 0x08, ...long(7, graph)))).toThrow('nested without end');
  });
});

describe('unpack', () => {
  it('reads the files of a tar.gz, whatever prefix they have', async () => {
    const unpacked = await unpack(uri, await archive({ './model.onnx': onnx, 'manifest.json': manifest() }));
    expect([...unpacked.keys()]).toEqual(['model.onnx', 'manifest.json']);
    expect(Buffer.from(unpacked.get('model.onnx') ?? [])).toEqual(Buffer.from(onnx));
  });

  it('finds no network in an archive that would put it elsewhere', async () => {
    const unpacked = await unpack(uri, await archive({ '../model.onnx': onnx, '/manifest.json': manifest() }));
    expect(() => checkArtifact(uri, unpacked, sha256Of)).toThrow('holds no model.onnx');
  });

  it('refuses what unpacks to more than a device can hold', async () => {
    const bomb = gzipSync(Buffer.alloc(251 * 1024 * 1024), { level: 1 });
    await expect(unpack(uri, bomb)).rejects.toMatchObject({ code: 'unusable-model' });
  });

  it('names an archive that is none, or that was cut off', async () => {
    await expect(unpack(uri, Buffer.from('hello'))).rejects.toMatchObject({ code: 'unusable-model', retryable: false });
    const whole = await archive({ 'model.onnx': onnx });
    await expect(unpack(uri, whole.subarray(0, whole.length - 20))).rejects.toThrow(uri);
  });
});

describe('component versions', () => {
  it('are compared as numbers', () => {
    expect(newestFirst(['1.2.0', '1.10.0', '1.9.9'])).toEqual(['1.10.0', '1.9.9', '1.2.0']);
  });

  it('carry the model package in the recipe', () => {
    expect(modelRecipe(7, 'arn:package/7', ['s3://edge/model.onnx'])).toMatchObject({
      ComponentName: 'com.assay.model',
      ComponentVersion: '1.0.7',
      Manifests: [{ Artifacts: [{ URI: 's3://edge/model.onnx', Unarchive: 'NONE' }] }],
    });
  });
});
