import { existsSync, realpathSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { ArtifactFile } from './archive.ts';
import { type Platform, platformName } from './platform.ts';

/** A package that goes into the artifact as it is, with what of it is needed at run time. */
interface NativePackage {
  name: string;
  /** Whether a file of it is taken; paths within the package, with `/`. */
  takes(path: string): boolean;
}

/** Everything that can't be bundled, and for one platform: the binaries of all platforms would be 600 MB. */
function packagesFor(platform: Platform): NativePackage[] {
  const { os, cpu } = platform;
  const name = platformName(platform);
  const script = /\.(c|m)?js$/;
  const code =
    (...folders: string[]) =>
    (path: string) =>
      path === 'package.json' || (script.test(path) && folders.some((folder) => path.startsWith(`${folder}/`)));
  const crt = `dist/bin/${name}-${os === 'linux' ? 'glibc' : 'cruntime'}/`;
  const onnx = `bin/napi-v6/${os}/${cpu}/`;
  const build = (path: string) => !/\.(md|h)$/.test(path);
  return [
    {
      name: 'aws-crt',
      takes: (path) => code('dist/native', 'dist/common')(path) || path === 'dist/index.js' || path.startsWith(crt),
    },
    { name: 'onnxruntime-node', takes: (path) => code('dist')(path) || path.startsWith(onnx) },
    { name: 'onnxruntime-common', takes: (path) => code('dist/cjs')(path) || path === 'dist/cjs/package.json' },
    { name: 'sharp', takes: code('dist', 'lib') },
    { name: '@img/colour', takes: (path) => path === 'package.json' || script.test(path) },
    { name: 'detect-libc', takes: code('lib') },
    { name: 'semver', takes: (path) => path === 'package.json' || script.test(path) },
    { name: `@img/sharp-${name}`, takes: build },
    { name: `@img/sharp-libvips-${name}`, takes: build },
  ];
}

/** Names that the bundler leaves to be found under `node_modules` at run time. */
export const EXTERNAL = ['aws-crt', 'onnxruntime-node', 'sharp'];

/** The files of the packages that can't be bundled, under `node_modules/`. */
export async function nativeFiles(from: string, platform: Platform): Promise<ArtifactFile[]> {
  const files: ArtifactFile[] = [];
  for (const { name, takes } of packagesFor(platform)) {
    const root = packageRoot(name, from);
    if (root === undefined) {
      const npm = `npm install --no-save --os=${platform.os} --cpu=${platform.cpu} ${name}`;
      throw new Error(`${name} is not installed, which the inspector needs on ${platformName(platform)}: run ${npm}`);
    }
    const all = await readdir(root, { recursive: true, withFileTypes: true });
    for (const entry of all) {
      if (!entry.isFile()) continue;
      const path = relative(root, join(entry.parentPath, entry.name)).split(sep).join('/');
      if (path.startsWith('node_modules/') || !takes(path)) continue;
      files.push({ name: `node_modules/${name}/${path}`, content: await readFile(join(root, path)) });
    }
  }
  return files;
}

function packageRoot(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate);
    if (folder === dirname(folder)) return undefined;
  }
}
