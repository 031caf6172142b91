export { InspectorError, type InspectorErrorCode } from './errors.ts';
export { type ImageInput, openImage, readImageInput } from './image-input.ts';
export { createInspector, type FoundBox, type Inspection, type Inspector, type InspectorOptions } from './inspector.ts';
export { type ModelManifest, readModelManifest } from './model-manifest.ts';
export type { ClassRule } from './verdict.ts';
