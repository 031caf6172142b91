import { isIPv4, isIPv6 } from 'node:net';

/** Whether an address lies in a block. @throws Error with event-ruler's wording when the block is malformed. */
export function cidrMatcher(block: string): (address: string) => boolean {
  const [base = '', bitsText = '', ...more] = block.split('/');
  if (more.length > 0 || !block.includes('/')) throw new Error("Malformed CIDR, one '/' required");
  if (!/^[+-]?\d+$/.test(bitsText)) throw new Error('Malformed CIDR, mask bits must be an integer');
  const bits = Number(bitsText);
  if (bits < 0) throw new Error('Malformed CIDR, mask bits must not be negative');
  const network = parseAddress(base);
  if (!network) throw new Error(`Nonstandard IP address: ${base}`);
  if (bits > network.width)
    throw new Error(`IPv${network.width === 32 ? 4 : 6} mask bits must be < ${network.width + 1}`);
  const shift = BigInt(network.width - bits);
  return (text) => {
    const address = parseAddress(text);
    return address?.width === network.width && address.value >> shift === network.value >> shift;
  };
}

/** Two notations of one address are equal. */
export function sameAddress(one: string, other: string): boolean {
  const first = parseAddress(one);
  const second = first && parseAddress(other);
  return second !== undefined && first?.width === second.width && first.value === second.value;
}

export interface Address {
  width: 32 | 128;
  value: bigint;
}

export function parseAddress(text: string): Address | undefined {
  if (isIPv4(text)) return { width: 32, value: fromParts(text.split('.').map(Number), 8n) };
  if (!isIPv6(text) || text.includes('%')) return undefined;
  return { width: 128, value: fromParts(groups(text), 16n) };
}

function groups(text: string): number[] {
  // A trailing dotted quad (`::ffff:10.0.0.1`) is two groups.
  const hex = text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...parts) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts.slice(0, 4).map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [left = '', right] = hex.split('::');
  const parse = (part: string | undefined) => (part ? part.split(':').map((group) => Number.parseInt(group, 16)) : []);
  const head = parse(left);
  const tail = parse(right);
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

const fromParts = (parts: number[], bits: bigint): bigint =>
  parts.reduce((value, part) => (value << bits) | BigInt(part), 0n);
