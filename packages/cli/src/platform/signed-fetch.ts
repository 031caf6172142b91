import { SignatureV4 } from '@smithy/signature-v4';
import type { Connection } from './connection.ts';
import { Sha256 } from './sha256.ts';

/** Calls a path of the embedded AWS that is no AWS operation, signed like any AWS call. Throws on an answer that isn't a success. */
export function signedFetch({ endpoint, region, credentials }: Connection, service: string) {
  if (!endpoint || !credentials) throw new Error('signed calls outside AWS operations are for the embedded AWS');
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  return async (method: 'GET' | 'POST', pathAndQuery: string, body?: unknown): Promise<unknown> => {
    const url = new URL(pathAndQuery, endpoint);
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const signed = await signer.sign({
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      port: Number(url.port),
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { host: url.host, ...(payload === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(payload === undefined ? {} : { body: payload }),
    });
    const response = await fetch(url, {
      method,
      headers: signed.headers,
      ...(payload === undefined ? {} : { body: payload }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${url.pathname} answered ${response.status}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
}
