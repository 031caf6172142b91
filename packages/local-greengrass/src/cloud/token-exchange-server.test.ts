import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTokenExchangeServer, type TokenExchangeServer } from './token-exchange-server.ts';

const credentials = {
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: 'very secret',
  sessionToken: 'token',
  expiration: new Date('2026-03-04T09:15:00Z'),
};
let server: TokenExchangeServer;
let reports: string[];
let provide: () => Promise<typeof credentials>;

beforeEach(async () => {
  reports = [];
  provide = async () => credentials;
  const isToken = (token: string) => token === 'given to a component';
  server = await startTokenExchangeServer(
    () => provide(),
    isToken,
    (message) => reports.push(message),
  );
});
afterEach(() => server.close());

const authorization = 'given to a component';

function ask(headers: Record<string, string>, { method = 'GET', path = new URL(server.url).pathname } = {}) {
  return new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    request(server.url, { method, path, headers }, async (response) =>
      resolve({ status: response.statusCode, text: Buffer.concat(await response.toArray()).toString() }),
    )
      .once('error', reject)
      .end();
  });
}

describe('the token exchange', () => {
  it('gives credentials to who has a token, on the loopback address', async () => {
    const { status, text } = await ask({ authorization });
    expect([status, JSON.parse(text)]).toEqual([
      200,
      {
        AccessKeyId: 'ASIAEXAMPLE',
        SecretAccessKey: 'very secret',
        Token: 'token',
        Expiration: '2026-03-04T09:15:00.000Z',
      },
    ]);
    expect(new URL(server.url).hostname).toBe('127.0.0.1');
  });

  it.each<[string, Record<string, string>, { method?: string; path?: string }, number]>([
    ['without a token', {}, {}, 403],
    ['with another token', { authorization: 'guessed' }, {}, 403],
    ['by another name (DNS rebinding)', { authorization, host: 'evil.example' }, {}, 403],
    ['by another name and our port', { authorization, host: 'localhost:1' }, {}, 403],
    ['to another path', { authorization }, { path: '/' }, 404],
    ['with another method', { authorization }, { method: 'POST' }, 404],
  ])('gives nothing to a request %s', async (_, headers, how, expected) => {
    const { status, text } = await ask(headers, how);
    expect(status).toBe(expected);
    expect(text).not.toContain('secret');
  });

  it('reports that there are none, and says no more', async () => {
    provide = () => Promise.reject(new Error('the certificate was revoked'));
    expect(await ask({ authorization })).toEqual({
      status: 500,
      text: '{"message":"credentials are not available"}',
    });
    expect(reports).toEqual(['the credentials provider gave no credentials']);
  });
});
