import { describe, expect, test } from 'vitest';
import { administratorCaller, type Caller, roleCaller, serviceCaller } from '../caller.ts';
import { decide } from './evaluate.ts';
import { MalformedPolicy, type PolicyKind, parsePolicy } from './policy.ts';

const ACCOUNT = '000000000000';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/worker`;
const OBJECT = 'arn:aws:s3:::photos/a/b.jpg';
const QUEUE = `arn:aws:sqs:eu-west-1:${ACCOUNT}:jobs`;
const RULE = `arn:aws:events:eu-west-1:${ACCOUNT}:rule/line/arrived`;
const role = roleCaller(ROLE, 'session');
const rule = serviceCaller('events.amazonaws.com', ACCOUNT, RULE);

type Source = Record<string, unknown>;
const held = (kind: PolicyKind, statements: Source[]) =>
  statements.length === 0
    ? []
    : [
        {
          holder: 'it',
          name: 'p',
          policy: parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), kind),
        },
      ];

interface Case {
  caller?: Caller;
  action?: string;
  resource?: string;
  context?: Record<string, string>;
  own?: Source[];
  onResource?: Source[];
  trust?: Source[];
}

function ask({
  caller = role,
  action = 's3:GetObject',
  resource = OBJECT,
  context = {},
  own = [],
  onResource = [],
  trust,
}: Case) {
  const decision = decide({
    caller,
    action,
    resource,
    context: new Map(Object.entries(context)),
    identity: held('identity', own),
    onResource: trust ? held('trust', trust) : held('resource', onResource),
    mustTrust: trust !== undefined,
  });
  return decision.allowed ? 'allowed' : decision.because;
}

const allow = (more: Source = {}) => ({ Effect: 'Allow', Action: 's3:GetObject', Resource: OBJECT, ...more });
const deny = (more: Source = {}) => allow({ Effect: 'Deny', ...more });

describe('what a statement covers', () => {
  test.each<[string, Source, string]>([
    ['its action on its resource', {}, 'allowed'],
    ['actions in whatever case', { Action: 'S3:getobject' }, 'allowed'],
    ['one of several actions', { Action: ['s3:PutObject', 's3:GetObject'] }, 'allowed'],
    ['no other action', { Action: 's3:PutObject' }, 'no-identity-policy'],
    ['no action that only begins alike', { Action: 's3:GetObjec' }, 'no-identity-policy'],
    ['actions by *', { Action: 's3:Get*' }, 'allowed'],
    ['actions by a * in the middle', { Action: 's3:*Object' }, 'allowed'],
    ['actions by ?', { Action: 's3:GetObjec?' }, 'allowed'],
    ['exactly one character by ?', { Action: 's3:GetObject?' }, 'no-identity-policy'],
    ['all but NotAction', { Action: undefined, NotAction: 's3:Put*' }, 'allowed'],
    ['nothing of NotAction', { Action: undefined, NotAction: 's3:Get*' }, 'no-identity-policy'],
    ['no resource beside', { Resource: 'arn:aws:s3:::photos/a/c.jpg' }, 'no-identity-policy'],
    ['resources in their own case only', { Resource: 'arn:aws:s3:::photos/A/b.jpg' }, 'no-identity-policy'],
    ['resources by *, over slashes', { Resource: 'arn:aws:s3:::photos/*' }, 'allowed'],
    ['not the bucket by what is in it', { Resource: 'arn:aws:s3:::photos' }, 'no-identity-policy'],
    ['a dot as a dot', { Resource: 'arn:aws:s3:::photos/a/b?jpg' }, 'allowed'],
    ['no regular expressions', { Resource: 'arn:aws:s3:::photos/a/[ab].jpg*' }, 'no-identity-policy'],
    ['all but NotResource', { Resource: undefined, NotResource: 'arn:aws:s3:::photos/b/*' }, 'allowed'],
    ['nothing of NotResource', { Resource: undefined, NotResource: 'arn:aws:s3:::photos/a/*' }, 'no-identity-policy'],
    ['everything by *', { Action: '*', Resource: '*' }, 'allowed'],
  ])('%s', (_name, more, expected) => {
    expect(ask({ own: [allow(more)] })).toBe(expected);
  });
});

describe('conditions', () => {
  const passing = (value: string) => ({ StringEquals: { 'iam:PassedToService': value } });
  test.each<[string, Source, Record<string, string>, string]>([
    ['hold for an equal text', passing('a.com'), { 'iam:passedtoservice': 'a.com' }, 'allowed'],
    ['fail for another text', passing('a.com'), { 'iam:passedtoservice': 'b.com' }, 'no-identity-policy'],
    ['fail for a key that the call does not have', passing('a.com'), {}, 'no-identity-policy'],
    [
      'know keys in whatever case',
      { StringEquals: { 'IAM:passedToService': 'a.com' } },
      { 'iam:passedtoservice': 'a.com' },
      'allowed',
    ],
    [
      'take any of several values',
      { StringEquals: { 'iam:PassedToService': ['x', 'a.com'] } },
      { 'iam:passedtoservice': 'a.com' },
      'allowed',
    ],
    ['know no wildcards in StringEquals', passing('*'), { 'iam:passedtoservice': 'a.com' }, 'no-identity-policy'],
    [
      'know wildcards in StringLike',
      { StringLike: { 'cloudwatch:namespace': '/aws/*' } },
      { 'cloudwatch:namespace': '/aws/x' },
      'allowed',
    ],
    [
      'read booleans as texts',
      { Bool: { 'aws:SecureTransport': false } },
      { 'aws:securetransport': 'true' },
      'no-identity-policy',
    ],
    [
      'compare ARNs part by part',
      { ArnLike: { 'aws:SourceArn': 'arn:aws:events:*:000000000000:rule/*' } },
      { 'aws:sourcearn': RULE },
      'allowed',
    ],
    [
      'let no * in an ARN reach over a part',
      { ArnLike: { 'aws:SourceArn': 'arn:aws:*:rule/line/arrived' } },
      { 'aws:sourcearn': RULE },
      'no-identity-policy',
    ],
    [
      'must hold all of them',
      { ...passing('a.com'), Bool: { 'aws:SecureTransport': 'true' } },
      { 'iam:passedtoservice': 'a.com', 'aws:securetransport': 'false' },
      'no-identity-policy',
    ],
  ])('%s', (_name, Condition, context, expected) => {
    expect(ask({ own: [allow({ Condition })], context })).toBe(expected);
  });
});

describe('identity and resource policies together', () => {
  const Principal = '*';
  test.each<[string, Case, string]>([
    ['deny what nobody allows', {}, 'no-identity-policy'],
    ['allow what the identity’s allows', { own: [allow()] }, 'allowed'],
    ['allow what the resource’s allows the role', { onResource: [allow({ Principal: { AWS: ROLE } })] }, 'allowed'],
    [
      'allow what the resource’s allows the session',
      { onResource: [allow({ Principal: { AWS: role.arn } })] },
      'allowed',
    ],
    ['allow what the resource’s allows anyone', { onResource: [allow({ Principal })] }, 'allowed'],
    ['allow no other role', { onResource: [allow({ Principal: { AWS: `${ROLE}2` } })] }, 'no-identity-policy'],
    [
      'leave what is allowed to the account to its identities',
      { onResource: [allow({ Principal: { AWS: ACCOUNT } })] },
      'no-identity-policy',
    ],
    [
      'put the identity’s deny first',
      { own: [allow(), deny()], onResource: [allow({ Principal })] },
      'denied-by-identity',
    ],
    ['put the resource’s deny first', { own: [allow()], onResource: [deny({ Principal })] }, 'denied-by-resource'],
    [
      'deny the whole account',
      { own: [allow()], onResource: [deny({ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } })] },
      'denied-by-resource',
    ],
    [
      'deny only whom the deny names',
      { own: [allow()], onResource: [deny({ Principal: { AWS: `${ROLE}2` } })] },
      'allowed',
    ],
    [
      'deny even the administrator',
      { caller: administratorCaller(ACCOUNT), own: [allow()], onResource: [deny({ Principal })] },
      'denied-by-resource',
    ],
  ])('%s', (_name, given, expected) => {
    expect(ask(given)).toBe(expected);
  });
});

describe('a service as caller', () => {
  const Service = 'events.amazonaws.com';
  const sending = {
    caller: rule,
    action: 'sqs:SendMessage',
    resource: QUEUE,
    context: { 'aws:sourcearn': RULE, 'aws:sourceaccount': ACCOUNT },
  };
  const letIn = (more: Source = {}) => ({
    Effect: 'Allow',
    Principal: { Service },
    Action: 'sqs:SendMessage',
    Resource: QUEUE,
    ...more,
  });
  test.each<[string, Source[], string]>([
    ['needs the resource’s policy', [], 'no-resource-policy'],
    ['is let in by name', [letIn()], 'allowed'],
    ['is not let in by another’s name', [letIn({ Principal: { Service: 'sns.amazonaws.com' } })], 'no-resource-policy'],
    ['is not let in with the account', [letIn({ Principal: { AWS: ACCOUNT } })], 'no-resource-policy'],
    ['comes for its rule', [letIn({ Condition: { ArnEquals: { 'aws:SourceArn': RULE } } })], 'allowed'],
    [
      'does not come for another rule',
      [letIn({ Condition: { ArnEquals: { 'aws:SourceArn': `${RULE}2` } } })],
      'no-resource-policy',
    ],
    ['comes for its account', [letIn({ Condition: { StringEquals: { 'AWS:SourceAccount': ACCOUNT } } })], 'allowed'],
    ['is denied by name', [letIn(), letIn({ Effect: 'Deny' })], 'denied-by-resource'],
  ])('%s', (_name, onResource, expected) => {
    expect(ask({ ...sending, onResource })).toBe(expected);
  });
});

describe('taking on a role', () => {
  const assume = { action: 'sts:AssumeRole', resource: ROLE };
  const trust = (Principal: unknown) => [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }];
  const own = [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: ROLE }];
  const lambda = serviceCaller('lambda.amazonaws.com', ACCOUNT);
  const other = roleCaller(`arn:aws:iam::${ACCOUNT}:role/other`, 's');
  test.each<[string, Case, string]>([
    ['a service that is trusted may', { caller: lambda, trust: trust({ Service: lambda.arn }) }, 'allowed'],
    [
      'a service that is not trusted may not',
      { caller: rule, trust: trust({ Service: lambda.arn }) },
      'no-resource-policy',
    ],
    [
      'whoever is allowed but not trusted may not',
      { caller: other, own, trust: trust({ Service: lambda.arn }) },
      'no-resource-policy',
    ],
    ['a role that is trusted by name may', { caller: other, trust: trust({ AWS: other.roleArn }) }, 'allowed'],
    [
      'the account’s trust needs a policy of one’s own',
      { caller: other, trust: trust({ AWS: ACCOUNT }) },
      'no-identity-policy',
    ],
    [
      'the account’s trust and a policy of one’s own suffice',
      { caller: other, own, trust: trust({ AWS: ACCOUNT }) },
      'allowed',
    ],
  ])('%s', (_name, given, expected) => {
    expect(ask({ ...assume, ...given })).toBe(expected);
  });
});

describe('a document that could not be decided by is refused:', () => {
  const one = (statement: Source) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  test.each<[string, PolicyKind, string, RegExp]>([
    ['no JSON', 'identity', '{', /^This policy contains invalid Json$/],
    ['no statement', 'identity', '{"Version":"2012-10-17"}', /^Syntax errors in policy/],
    ['another version', 'identity', '{"Version":"2020-01-01","Statement":[]}', /^Syntax errors in policy/],
    ['an unknown element', 'identity', one(allow({ Resources: '*' })), /Resources/],
    ['an effect that is none', 'identity', one(allow({ Effect: 'Maybe' })), /^Syntax errors in policy/],
    ['no action', 'identity', one(allow({ Action: undefined })), /^Policy statement must contain actions.$/],
    ['an action without its service', 'identity', one(allow({ Action: 'GetObject' })), /prefaced by a vendor/],
    ['no resource', 'identity', one(allow({ Resource: undefined })), /^Policy statement must contain resources.$/],
    [
      'a resource that is no ARN',
      'identity',
      one(allow({ Resource: 'photos' })),
      /^Resource photos must be in ARN format or "\*".$/,
    ],
    ['a principal in a role’s policy', 'identity', one(allow({ Principal: '*' })), /should not specify a principal/],
    ['no principal in a resource’s policy', 'resource', one(allow()), /^Missing required field Principal$/],
    [
      'a resource in a trust policy',
      'trust',
      one({ ...allow({ Principal: '*' }), Action: 'sts:AssumeRole' }),
      /^Has prohibited field Resource$/,
    ],
    [
      'another action in a trust policy',
      'trust',
      one({ Effect: 'Allow', Principal: '*', Action: 's3:GetObject' }),
      /may only specify STS AssumeRole/,
    ],
    [
      'an operator that is not known',
      'identity',
      one(allow({ Condition: { StringNotEquals: { 'aws:SourceAccount': '1' } } })),
      /^Invalid Condition type : StringNotEquals.$/,
    ],
    [
      'a set operator',
      'identity',
      one(allow({ Condition: { 'ForAnyValue:StringEquals': { 'aws:SourceAccount': '1' } } })),
      /^Invalid Condition type/,
    ],
    [
      'a key that no call has',
      'identity',
      one(allow({ Condition: { StringEquals: { 'aws:userid': '1' } } })),
      /^Unsupported condition key : aws:userid.$/,
    ],
    [
      'a policy variable',
      'identity',
      one(allow({ Resource: 'arn:aws:s3:::photos/${aws:username}/*' })),
      /^Policy variables are not supported/,
    ],
    [
      'the same Sid twice',
      'identity',
      JSON.stringify({ Version: '2012-10-17', Statement: [allow({ Sid: 'a' }), allow({ Sid: 'a' })] }),
      /must be unique/,
    ],
  ])('%s', (_name, kind, text, message) => {
    const parse = () => parsePolicy(text, kind);
    expect(parse).toThrow(MalformedPolicy);
    expect(parse).toThrow(message);
  });
});
