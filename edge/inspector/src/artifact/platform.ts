/** What an artifact is built for. glibc is taken for granted on Linux: onnxruntime has no other build. */
export interface Platform {
  os: 'linux' | 'darwin';
  cpu: 'x64' | 'arm64';
}

export function hostPlatform(): Platform {
  const { platform: os, arch: cpu } = process;
  if ((os === 'linux' || os === 'darwin') && (cpu === 'x64' || cpu === 'arm64')) return { os, cpu };
  throw new Error(`the inspector runs on Linux and macOS, x64 and arm64; this is ${os} on ${cpu}`);
}

/** In Greengrass's words. */
export const architectureOf = ({ cpu }: Platform): string => (cpu === 'x64' ? 'amd64' : 'aarch64');
export const platformName = ({ os, cpu }: Platform): string => `${os}-${cpu}`;
