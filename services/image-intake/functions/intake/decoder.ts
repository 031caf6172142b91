import { serveDecoding } from '../../adapters/decoder/serve-decoding.ts';

serveDecoding();
