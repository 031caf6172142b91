import type { PackageManifest } from './package-roots.ts';

/** Where a bundle will run, in npm's words. */
export interface Platform {
  readonly os: string;
  readonly cpu: string;
}

const DEFAULT_PLATFORM = 'linux-arm64';

/**
 * The platform that native modules are taken for: `ASSAY_LAMBDA_PLATFORM` (`linux-arm64`, `linux-x64`), else this
 * machine for the stage `local` and Lambda's arm64 for all others.
 */
export function platformFor(stage: string, environment: Readonly<Record<string, string | undefined>>): Platform {
  const chosen =
    environment.ASSAY_LAMBDA_PLATFORM ?? (stage === 'local' ? `${process.platform}-${process.arch}` : DEFAULT_PLATFORM);
  const [os, cpu] = chosen.split('-');
  if (os === undefined || cpu === undefined || cpu === '') {
    throw new Error(`ASSAY_LAMBDA_PLATFORM is "${chosen}"; write it as <os>-<cpu>, for example ${DEFAULT_PLATFORM}`);
  }
  return { os, cpu };
}

/** True when a package may be installed there: npm's rule for `os` and `cpu`; musl builds are never for Lambda. */
export function runsOn(platform: Platform, manifest: PackageManifest): boolean {
  const allows = (list: readonly string[], value: string): boolean =>
    list.length === 0 ||
    list.includes(value) ||
    (list.every((each) => each.startsWith('!')) && !list.includes(`!${value}`));
  const libc = manifest.libc.length === 0 || manifest.libc.includes('glibc');
  return allows(manifest.os, platform.os) && allows(manifest.cpu, platform.cpu) && libc;
}
