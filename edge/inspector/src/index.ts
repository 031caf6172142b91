export { type Artifact, buildArtifact } from './artifact/build.ts';
export { hostPlatform, type Platform } from './artifact/platform.ts';
export { toFrameName } from './frames/frame.ts';
export { type RegisterOptions, registerInspector } from './register.ts';
