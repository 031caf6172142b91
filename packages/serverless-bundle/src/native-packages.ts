import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { ZipEntry } from './archive.ts';
import { findPackage, type PackageManifest, readManifest } from './package-roots.ts';
import { type Platform, runsOn } from './platform.ts';

/** Files of a package that no program reads. */
const IDLE_FILES =
  /(^|\/)(readme|changelog|license|licence|history)[^/]*$|\.(md|map|ts|cc|h|gyp|gypi)$|(^|\/)(src|test|tests|docs|install)\//i;

/** The name of a package that is one platform's build of another. */
const PLATFORM_BUILD = /-(linux|darwin|win32|freebsd)-(x64|arm64|ia32|arm)$/;

/**
 * The files of packages that can't be bundled, with all that they depend on, under `node_modules/`. Of optional
 * dependencies those of the platform are taken; at least one of them has to be installed when there are any for it.
 */
export async function nativeEntries(names: readonly string[], from: string, platform: Platform): Promise<ZipEntry[]> {
  const roots = new Map<string, string>();
  for (const name of names) collect(name, from, platform, roots);
  const entries: ZipEntry[] = [];
  for (const [name, root] of roots) {
    for (const file of await filesOf(root))
      entries.push({ name: `node_modules/${name}/${file}`, source: path.join(root, file) });
  }
  return entries;
}

function collect(name: string, from: string, platform: Platform, roots: Map<string, string>): void {
  const root = findPackage(name, from);
  if (root === undefined) {
    throw new Error(
      `the native package ${name} is not installed; add it to the service's package.json and run npm install`,
    );
  }
  const known = roots.get(name);
  if (known === root) return;
  if (known !== undefined) {
    throw new Error(`two copies of ${name} would go into one artifact (${known} and ${root}); pin one version`);
  }
  roots.set(name, root);
  const manifest = readManifest(root);
  for (const dependency of Object.keys(manifest.dependencies)) collect(dependency, root, platform, roots);
  collectOptional(manifest, root, platform, roots);
}

/** Native packages come as optional dependencies, one for each platform; the one for ours is not optional here. */
function collectOptional(
  { name: dependant, optionalDependencies }: PackageManifest,
  root: string,
  platform: Platform,
  roots: Map<string, string>,
): void {
  const target = `${platform.os}-${platform.cpu}`;
  const builds = Object.keys(optionalDependencies).filter((name) => PLATFORM_BUILD.test(name));
  if (builds.length > 0 && !builds.some((name) => name.endsWith(`-${target}`))) {
    throw new Error(`${dependant} has no build for ${target}; choose another ASSAY_LAMBDA_PLATFORM`);
  }
  for (const [name, range] of Object.entries(optionalDependencies)) {
    const installed = findPackage(name, root);
    if (installed !== undefined) {
      if (runsOn(platform, readManifest(installed))) collect(name, root, platform, roots);
    } else if (name.endsWith(`-${target}`)) {
      throw new Error(
        `${name} is needed for ${target} but not installed; run ` +
          `npm install --no-save --os=${platform.os} --cpu=${platform.cpu} ${name}@${range}`,
      );
    }
  }
}

async function filesOf(root: string): Promise<string[]> {
  const found = await readdir(root, { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter((file) => !IDLE_FILES.test(file) && !file.startsWith('node_modules/'));
}
