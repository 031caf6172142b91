export { type TinyModelVariant, tinyModel } from './tiny-model.ts';
