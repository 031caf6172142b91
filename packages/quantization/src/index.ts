export { QuantizationError, type QuantizationErrorCode } from './errors.ts';
export { type QuantizationOptions, quantizeStatically } from './quantize-statically.ts';
export type { QuantizationReport, QuantizedLayer } from './report.ts';
