import type { DecodeRequest } from '../messages.ts';
import { serveDecoding } from '../serve-decoding.ts';

/** For tests: widths of images that take the decoder down. All others are decoded as ever. */
const MISCHIEF: Readonly<Record<number, () => void>> = {
  101: () => {
    while (true);
  },
  102: () => {
    for (const hoard: Buffer[] = []; ; ) hoard.push(Buffer.alloc(1024 * 1024, 1));
  },
  103: () => process.kill(process.pid, 'SIGSEGV'),
  104: () => process.exit(0),
  105: () => process.send?.({ kind: 'made', image: { width: -1 } }),
};

process.on('message', ({ header }: DecodeRequest) => MISCHIEF[header.width]?.());
serveDecoding();
