import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { closeWhenSilent } from './hardly-http.ts';

let server: Server;
let client: Socket;
let received: string;
let begun: PromiseWithResolvers<IncomingMessage>;
/** Answers when the test lets it. */
let answer: () => void;

beforeEach(async () => {
  begun = Promise.withResolvers();
  server = createServer((message, response) => {
    closeWhenSilent(message, response);
    answer = () => response.end('done');
    begun.resolve(message);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  received = '';
  client.on('data', (data) => {
    received += data;
  });
});
afterEach(() => {
  client.destroy();
  server.close();
});

/** What Node does when nothing came for the time that was set. */
const silence = ({ socket }: IncomingMessage) => socket.emit('timeout');
const post = (length: number, body: string) =>
  client.write(`POST / HTTP/1.1\r\nhost: h\r\ncontent-length: ${length}\r\n\r\n${body}`);

test('a client that stops in the middle of its body is cut off after 20 seconds', async () => {
  post(10, 'half');
  const message = await begun.promise;
  message.resume();
  expect(message.socket.timeout).toBe(20_000);
  silence(message);
  await once(client, 'close');
  expect(received).toBe('');
});

test('a client whose body waits to be read is not', async () => {
  post(10, 'half');
  const message = await begun.promise;
  await once(message, 'readable');
  silence(message);
  client.write('of it.');
  message.resume();
  await once(message, 'end');
  answer();
  await once(client, 'data');
  expect(received).toContain('done');
});

test('nor is a client that waits for an answer', async () => {
  post(4, 'full');
  const message = await begun.promise;
  message.resume();
  await once(message, 'end');
  silence(message);
  answer();
  await once(client, 'data');
  expect(received).toContain('done');
});
