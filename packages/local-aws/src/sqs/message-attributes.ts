import { createHash } from 'node:crypto';
import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import { AwsError } from '../kernel/errors.ts';

/** A message attribute as it is kept: bytes in base64. */
export interface StoredAttribute {
  dataType: string;
  string?: string;
  binary?: string;
}

export type StoredAttributes = Record<string, StoredAttribute>;

const invalid = (message: string) => new AwsError('InvalidParameterValue', message);

/** Checks a caller's attributes. @throws InvalidParameterValue in SQS's words. */
export function storedAttributes(attributes: Record<string, MessageAttributeValue> | undefined): StoredAttributes {
  const names = Object.keys(attributes ?? {});
  if (names.length > 10)
    throw invalid(`Number of message attributes [${names.length}] exceeds the allowed maximum [10].`);
  const stored: StoredAttributes = {};
  for (const [name, attribute] of Object.entries(attributes ?? {})) {
    if (!/^[A-Za-z0-9_.-]{1,256}$/.test(name) || /^\.|\.\.|\.$|^(AWS|Amazon)\./i.test(name))
      throw invalid(`Message attribute name ${JSON.stringify(name)} is invalid.`);
    stored[name] = storedAttribute(name, attribute);
  }
  return stored;
}

function storedAttribute(name: string, attribute: MessageAttributeValue): StoredAttribute {
  const { DataType: dataType = '', StringValue: text, BinaryValue: bytes } = attribute;
  const kind = /^(String|Number|Binary)(\.|$)/.exec(dataType)?.[1];
  if (!kind || dataType.length > 256)
    throw invalid(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  if (kind === 'Binary') {
    if (!bytes?.length)
      throw invalid(
        `The message attribute '${name}' must contain a non-empty message attribute value for message attribute type '${dataType}'.`,
      );
    return { dataType, binary: Buffer.from(bytes).toString('base64') };
  }
  if (!text)
    throw invalid(
      `The message attribute '${name}' must contain a non-empty message attribute value for message attribute type '${dataType}'.`,
    );
  if (kind === 'Number' && (text.trim() === '' || !Number.isFinite(Number(text))))
    throw invalid(`Can't cast the value of message attribute '${name}' to a number.`);
  return { dataType, string: text };
}

/** The attributes that a receiver asked for: exact names, `prefix.*`, `All` or `.*`. */
export function selectedAttributes(stored: StoredAttributes, names: string[]): StoredAttributes {
  const wanted = (name: string) =>
    names.some((pattern) => {
      if (pattern === 'All' || pattern === '.*') return true;
      return pattern.endsWith('.*')
        ? name.startsWith(pattern.slice(0, -1)) || name === pattern.slice(0, -2)
        : name === pattern;
    });
  return Object.fromEntries(Object.entries(stored).filter(([name]) => wanted(name)));
}

export function wireAttributes(stored: StoredAttributes): Record<string, MessageAttributeValue> | undefined {
  const entries = Object.entries(stored);
  if (entries.length === 0) return undefined;
  return Object.fromEntries(
    entries.map(([name, { dataType, string, binary }]) => [
      name,
      {
        DataType: dataType,
        ...(string === undefined ? {} : { StringValue: string }),
        ...(binary === undefined ? {} : { BinaryValue: new Uint8Array(Buffer.from(binary, 'base64')) }),
      },
    ]),
  );
}

/** Bytes that attributes add to a message's size: names, types and values. */
export function attributeBytes(stored: StoredAttributes): number {
  return Object.entries(stored).reduce(
    (sum, [name, attribute]) =>
      sum + Buffer.byteLength(name) + Buffer.byteLength(attribute.dataType) + bytesOf(attribute).length,
    0,
  );
}

/** "Calculating the MD5 message digest for message attributes" in the SQS guide. */
export function attributesDigest(stored: StoredAttributes): string | undefined {
  const names = Object.keys(stored).sort();
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  const add = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    const attribute = stored[name];
    if (!attribute) continue;
    add(Buffer.from(name));
    add(Buffer.from(attribute.dataType));
    hash.update(Buffer.from([attribute.binary === undefined ? 1 : 2]));
    add(bytesOf(attribute));
  }
  return hash.digest('hex');
}

export const bodyDigest = (body: string): string => createHash('md5').update(body).digest('hex');

const bytesOf = ({ string, binary }: StoredAttribute): Buffer =>
  binary === undefined ? Buffer.from(string ?? '') : Buffer.from(binary, 'base64');
