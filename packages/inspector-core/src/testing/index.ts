export { tinyModel } from './tiny-model.ts';
