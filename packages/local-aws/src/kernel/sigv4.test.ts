import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { againstAws, startAws, type TestAws } from '../../test/harness.ts';
import { type SignerSettings, sign, type UnsignedRequest } from '../../test/sign.ts';
import { roleCaller } from './caller.ts';

const MINUTE = 60_000;
const READER = 'arn:aws:iam::000000000000:role/reader';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

interface Sent extends UnsignedRequest {
  target: string;
  headers: Record<string, string>;
}

// What no client of AWS's own would send: this suite is about our own endpoint.
describe.skipIf(againstAws)('a signature', () => {
  let aws: TestAws;
  let settings: SignerSettings;

  beforeAll(async () => {
    aws = await startAws({ openRoles: ['reader'] });
    const { endpoint, region, administrator: credentials } = aws.aws;
    settings = { endpoint, region, credentials, service: 'sqs' };
    const s3 = aws.client(S3Client);
    await s3.send(new CreateBucketCommand({ Bucket: 'vault' }));
    await s3.send(new PutObjectCommand({ Bucket: 'vault', Key: 'secret', Body: 'gold' }));
    await s3.send(new PutObjectCommand({ Bucket: 'vault', Key: 'other', Body: 'lead' }));
  });
  afterAll(() => aws.close());

  /** Sends what was signed, after `tamper` changed it on its way; gives the error's code, or 200. */
  async function outcome(request: UnsignedRequest, changes: Partial<SignerSettings>, tamper: (sent: Sent) => void) {
    const signed = await sign(request, { ...settings, ...changes });
    const sent: Sent = { ...request, ...signed };
    tamper(sent);
    const { hostname, port } = new URL(settings.endpoint);
    return new Promise<string | number>((resolve, reject) => {
      const { method, headers } = sent;
      const call = httpRequest({ hostname, port, method, path: sent.target, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          text += part;
        });
        response.once('end', () => {
          const type = /"__type":"(?:[\w.]+#)?(\w+)"/.exec(text)?.[1] ?? /<Code>(\w+)<\/Code>/.exec(text)?.[1];
          resolve(type ?? response.headers['x-amzn-errortype']?.toString() ?? response.statusCode ?? 0);
        });
      });
      call.once('error', reject);
      call.end(sent.body ?? '');
    });
  }

  const json: UnsignedRequest = {
    method: 'POST',
    path: '/',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.ListQueues' },
    body: '{}',
  };
  const query: UnsignedRequest = {
    method: 'POST',
    path: '/',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'Action=GetCallerIdentity&Version=2011-06-15',
  };
  const object: UnsignedRequest = {
    method: 'GET',
    path: '/vault/secret',
    query: { 'response-content-type': 'text/plain' },
    headers: { 'x-amz-content-sha256': sha256(''), 'x-amz-meta-a': '1' },
  };
  const ago = (milliseconds: number) => new Date(Date.now() - milliseconds);
  const replace = (pattern: RegExp | string, by: string) => (sent: Sent) => {
    sent.target = sent.target.replace(pattern, by);
  };
  const authorization = (pattern: RegExp, by: string) => (sent: Sent) => {
    sent.headers.authorization = (sent.headers.authorization ?? '').replace(pattern, by);
  };
  const nothing = () => {};
  const wrongSecret = () => ({ credentials: { ...settings.credentials, secretAccessKey: 'wrong' } });
  const nobody = () => ({ credentials: { accessKeyId: 'AKIANOBODY', secretAccessKey: 'wrong' } });

  type Case = [what: string, changes: () => Partial<SignerSettings>, tamper: (sent: Sent) => void];
  const cases: Case[] = [
    ['as it should be', () => ({}), nothing],
    ['of a clock that is 14 minutes late', () => ({ at: ago(14 * MINUTE) }), nothing],
    ['with another secret', wrongSecret, nothing],
    ['of an unknown key', nobody, nothing],
    ['that is 16 minutes old', () => ({ at: ago(16 * MINUTE) }), nothing],
    ['of 16 minutes from now', () => ({ at: ago(-16 * MINUTE) }), nothing],
    ['for another region', () => ({ region: 'us-west-2' }), nothing],
    [
      'with a token that its key does not have',
      () => ({ credentials: { ...settings.credentials, sessionToken: 'x' } }),
      nothing,
    ],
    [
      'for another method',
      () => ({}),
      (sent) => {
        sent.method = sent.method === 'GET' ? 'DELETE' : 'PUT';
      },
    ],
    [
      'with a parameter more',
      () => ({}),
      (sent) => {
        sent.target += `${sent.target.includes('?') ? '&' : '?'}a=b`;
      },
    ],
    [
      'with another body',
      () => ({}),
      (sent) => {
        sent.body = sent.body ? sent.body.toString().replace(/.$/, ' ') : 'x';
      },
    ],
    [
      'with an unsigned header of AWS’s',
      () => ({}),
      (sent) => {
        sent.headers['x-amz-more'] = '1';
      },
    ],
    ['without its host', () => ({}), authorization(/host;/, '')],
    ['dated another day', () => ({}), authorization(/\/\d{8}\//, '/20200101/')],
    ['without its end', () => ({}), authorization(/.$/, '')],
    ['of nothing', () => ({}), authorization(/Signature=\w+/, 'Signature=')],
    ['with a broken scope', () => ({}), authorization(/aws4_request/, 'aws5_request')],
    ['of no kind', () => ({}), authorization(/AWS4-HMAC-SHA256/, 'AWS3')],
  ];

  const answers = async (request: UnsignedRequest, service: string) => {
    const found: Record<string, string | number> = {};
    // What follows a GET is no part of it.
    const fitting = cases.filter(([what]) => request.method !== 'GET' || what !== 'with another body');
    for (const [what, changes, tamper] of fitting)
      found[what] = await outcome(request, { service, ...changes() }, tamper);
    return found;
  };

  test('is judged in the words of a JSON service', async () => {
    expect(await answers(json, 'sqs')).toEqual({
      'as it should be': 200,
      'of a clock that is 14 minutes late': 200,
      'with another secret': 'InvalidSignatureException',
      'of an unknown key': 'UnrecognizedClientException',
      'that is 16 minutes old': 'InvalidSignatureException',
      'of 16 minutes from now': 'InvalidSignatureException',
      'for another region': 'InvalidSignatureException',
      'with a token that its key does not have': 'UnrecognizedClientException',
      'for another method': 'InvalidSignatureException',
      'with a parameter more': 'InvalidSignatureException',
      'with another body': 'XAmzContentSHA256Mismatch',
      'with an unsigned header of AWS’s': 'InvalidSignatureException',
      'without its host': 'InvalidSignatureException',
      'dated another day': 'IncompleteSignatureException',
      'without its end': 'InvalidSignatureException',
      'of nothing': 'InvalidSignatureException',
      'with a broken scope': 'IncompleteSignatureException',
      'of no kind': 'MissingAuthenticationTokenException',
    });
  });

  test('is judged in the words of a Query service, which may name any region where it is global', async () => {
    expect(await answers(query, 'sts')).toEqual({
      'as it should be': 200,
      'of a clock that is 14 minutes late': 200,
      'with another secret': 'SignatureDoesNotMatch',
      'of an unknown key': 'InvalidClientTokenId',
      'that is 16 minutes old': 'SignatureDoesNotMatch',
      'of 16 minutes from now': 'SignatureDoesNotMatch',
      'for another region': 200,
      'with a token that its key does not have': 'InvalidClientTokenId',
      'for another method': 'SignatureDoesNotMatch',
      'with a parameter more': 'SignatureDoesNotMatch',
      'with another body': 'XAmzContentSHA256Mismatch',
      'with an unsigned header of AWS’s': 'SignatureDoesNotMatch',
      'without its host': 'SignatureDoesNotMatch',
      'dated another day': 'IncompleteSignature',
      'without its end': 'SignatureDoesNotMatch',
      'of nothing': 'SignatureDoesNotMatch',
      'with a broken scope': 'IncompleteSignature',
      'of no kind': 'MissingAuthenticationToken',
    });
    expect(
      await outcome(
        { ...query, body: 'Action=ListStacks&Version=2010-05-15' },
        { service: 'cloudformation', region: 'us-west-2' },
        nothing,
      ),
    ).toBe('SignatureDoesNotMatch');
  });

  test('is judged in the words of S3', async () => {
    expect(await answers(object, 's3')).toEqual({
      'as it should be': 200,
      'of a clock that is 14 minutes late': 200,
      'with another secret': 'SignatureDoesNotMatch',
      'of an unknown key': 'InvalidAccessKeyId',
      'that is 16 minutes old': 'RequestTimeTooSkewed',
      'of 16 minutes from now': 'RequestTimeTooSkewed',
      'for another region': 'AuthorizationHeaderMalformed',
      'with a token that its key does not have': 'InvalidToken',
      'for another method': 'SignatureDoesNotMatch',
      'with a parameter more': 'SignatureDoesNotMatch',
      'with an unsigned header of AWS’s': 'AccessDenied',
      'without its host': 'AccessDenied',
      'dated another day': 'AuthorizationHeaderMalformed',
      'without its end': 'SignatureDoesNotMatch',
      'of nothing': 'SignatureDoesNotMatch',
      'with a broken scope': 'AuthorizationHeaderMalformed',
      'of no kind': 'AccessDenied',
    });
  });

  test('of S3 covers path, signed headers and the digest of the body', async () => {
    const s3 = { service: 's3' };
    expect(await outcome(object, s3, replace('secret', 'other'))).toBe('SignatureDoesNotMatch');
    expect(await outcome(object, s3, replace('secret', 'a/../secret'))).toBe('SignatureDoesNotMatch');
    expect(
      await outcome(object, s3, (sent) => {
        sent.headers['x-amz-meta-a'] = '2';
      }),
    ).toBe('SignatureDoesNotMatch');
    const put = {
      ...object,
      method: 'PUT',
      query: {},
      headers: { 'x-amz-content-sha256': sha256('gold') },
      body: 'gold',
    };
    expect(await outcome(put, s3, nothing)).toBe(200);
    expect(
      await outcome(put, s3, (sent) => {
        sent.body = 'lead';
      }),
    ).toBe('XAmzContentSHA256Mismatch');
    const word = { ...put, headers: { 'x-amz-content-sha256': 'UNSIGNED' } };
    expect(await outcome(word, s3, nothing)).toBe('InvalidArgument');
  });

  test('of a JSON service covers the body, whatever the client says of it', async () => {
    const word = { ...json, headers: { ...json.headers, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } };
    expect(await outcome(word, {}, nothing)).toBe('InvalidSignatureException');
  });

  test('does not pass for another service', async () => {
    const other = authorization(/\/sqs\//, '/events/');
    expect(await outcome(json, {}, other)).toBe('InvalidSignatureException');
    expect(await outcome(json, {}, authorization(/\/sqs\//, '/none/'))).toBe('NotImplemented');
  });

  describe('in a presigned URL', () => {
    const presigned = { service: 's3', expiresIn: 60 };
    const plain: UnsignedRequest = { method: 'GET', path: '/vault/secret' };
    const tampered: [string, (sent: Sent) => void, string | number][] = [
      ['as it is', nothing, 200],
      ['with another path', replace('secret', 'other'), 'SignatureDoesNotMatch'],
      ['with a longer life', replace('X-Amz-Expires=60', 'X-Amz-Expires=600'), 'SignatureDoesNotMatch'],
      [
        'with an endless life',
        replace('X-Amz-Expires=60', 'X-Amz-Expires=9999999'),
        'AuthorizationQueryParametersError',
      ],
      ['without a life', replace('X-Amz-Expires=60', ''), 'AuthorizationQueryParametersError'],
      ['with another key', replace(/AKIA\w+/, 'AKIANOBODY'), 'InvalidAccessKeyId'],
      ['with another algorithm', replace('AWS4-HMAC-SHA256', 'AWS4-HMAC-SHA1'), 'AuthorizationQueryParametersError'],
      ['with another region', replace('eu-west-1', 'us-west-2'), 'AuthorizationHeaderMalformed'],
      ['with another digest', replace('UNSIGNED-PAYLOAD', sha256('')), 'SignatureDoesNotMatch'],
      [
        'with a parameter more',
        (sent) => {
          sent.target += '&versionId=null';
        },
        'SignatureDoesNotMatch',
      ],
      [
        'with a token',
        (sent) => {
          sent.target += '&X-Amz-Security-Token=x';
        },
        'InvalidToken',
      ],
      ['with another signature', replace(/X-Amz-Signature=./, 'X-Amz-Signature=g'), 'SignatureDoesNotMatch'],
      [
        'for another method',
        (sent) => {
          sent.method = 'DELETE';
        },
        'SignatureDoesNotMatch',
      ],
      [
        'with a header that it does not sign',
        (sent) => {
          sent.headers['x-amz-acl'] = 'public-read';
        },
        'AccessDenied',
      ],
    ];
    test.each(tampered)('%s', async (_what, tamper, expected) => {
      expect(
        await outcome({ ...plain, headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } }, presigned, tamper),
      ).toBe(expected);
    });

    test('of the SDK works until its time is over', async () => {
      const get = new GetObjectCommand({ Bucket: 'vault', Key: 'secret' });
      const fetched = async (options: { expiresIn: number; signingDate?: Date }) =>
        (await fetch(await getSignedUrl(aws.client(S3Client), get, options))).text();
      expect(await fetched({ expiresIn: 60 })).toBe('gold');
      expect(await fetched({ expiresIn: 60, signingDate: ago(2 * MINUTE) })).toContain('<Message>Request has expired');
      expect(await fetched({ expiresIn: 60, signingDate: ago(-MINUTE * 20) })).toContain('Request is not yet valid');
    });
  });

  test('of a session is good with its own token, until its time is over', async () => {
    const { credentials } = aws.aws.kernel;
    const [one, two] = [1, 2].map((n) => credentials.issue(roleCaller(READER, `s${n}`)));
    const over = credentials.issue(roleCaller(READER, 'over'), -1);
    const identity = (credentials = one) =>
      aws.client(STSClient, { ...(credentials && { credentials }) }).send(new GetCallerIdentityCommand({}));
    const buckets = (credentials = one) =>
      aws.client(S3Client, { ...(credentials && { credentials }) }).send(new ListBucketsCommand({}));
    expect((await identity()).Arn).toContain('assumed-role/reader/s1');
    if (!one || !two) throw new Error('no sessions');
    await expect(identity({ ...one, sessionToken: two.sessionToken })).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
    });
    await expect(buckets({ ...one, sessionToken: two.sessionToken })).rejects.toMatchObject({ name: 'InvalidToken' });
    await expect(identity(over)).rejects.toMatchObject({ name: 'ExpiredToken' });
    await expect(buckets(over)).rejects.toMatchObject({ name: 'ExpiredToken' });
    // Whether a key has expired is told only to who has its secret.
    await expect(buckets({ ...over, secretAccessKey: 'guess' })).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
    });
  });
});
