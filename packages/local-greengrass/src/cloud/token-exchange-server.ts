import { createServer } from 'node:http';
import type { RoleCredentials } from './token-exchange.ts';

export interface TokenExchangeServer {
  /** For `AWS_CONTAINER_CREDENTIALS_FULL_URI`. */
  url: string;
  close(): Promise<void>;
}

/**
 * The token exchange service: an HTTP server on the loopback interface from which components' SDKs take credentials
 * ("Token exchange service"). `isToken` knows the tokens that components were given as `AWS_CONTAINER_AUTHORIZATION_TOKEN`.
 */
export async function startTokenExchangeServer(
  credentials: () => Promise<RoleCredentials>,
  isToken: (token: string) => boolean,
  report: (message: string, error?: unknown) => void,
): Promise<TokenExchangeServer> {
  const server = createServer((request, response) => {
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    // A web page whose name someone pointed at 127.0.0.1 (DNS rebinding).
    if (request.headers.host !== `127.0.0.1:${request.socket.localPort}`)
      return void answer(403, { message: 'unknown host' });
    if (request.method !== 'GET' || request.url !== '/2016-11-01/credentialprovider/')
      return void answer(404, { message: 'unknown path' });
    if (!isToken(request.headers.authorization ?? '')) return void answer(403, { message: 'unknown token' });
    credentials().then(
      (found) =>
        answer(200, {
          AccessKeyId: found.accessKeyId,
          SecretAccessKey: found.secretAccessKey,
          Token: found.sessionToken,
          Expiration: found.expiration.toISOString(),
        }),
      (error: unknown) => {
        report('the credentials provider gave no credentials', error);
        answer(500, { message: 'credentials are not available' });
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the token exchange service has no port');
  return {
    url: `http://127.0.0.1:${address.port}/2016-11-01/credentialprovider/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
