import { randomInt } from 'node:crypto';
import type { Role as RoleOutput } from '@aws-sdk/client-iam';
import { MalformedPolicy, parsePolicy } from '../kernel/authorization/policy.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Collection } from '../kernel/store.ts';

export interface Role {
  name: string;
  path: string;
  id: string;
  arn: string;
  /** Milliseconds since the epoch. */
  created: number;
  description?: string;
  /** Seconds. */
  maxSessionDuration: number;
  /** The trust policy's JSON text. */
  trustPolicy: string;
  /** Policy documents' JSON text by policy name. */
  inlinePolicies: Record<string, string>;
  attachedPolicies: { arn: string; name: string }[];
  tags: { Key: string; Value: string }[];
}

export interface Iam {
  kernel: Kernel;
  roles: Collection<Role>;
}

export function createIam(kernel: Kernel): Iam {
  return { kernel, roles: kernel.store.collection<Role>('iam_roles') };
}

export interface RoleRequest {
  name: string;
  path?: string;
  trustPolicy: string;
  description?: string;
  maxSessionDuration?: number;
  tags?: { Key: string; Value: string }[];
}

export function createRole({ kernel, roles }: Iam, request: RoleRequest): Role {
  const { name, path = '/', trustPolicy, description, maxSessionDuration = 3600, tags = [] } = request;
  if (!/^[\w+=,.@-]{1,64}$/.test(name))
    throw new AwsError('ValidationError', `The role name ${name} is not valid: 1 to 64 characters of [\\w+=,.@-].`);
  checkPolicy(trustPolicy, 'trust');
  if (roles.get(name))
    throw new AwsError('EntityAlreadyExistsException', `Role with name ${name} already exists.`, { status: 409 });
  const role: Role = {
    name,
    path,
    id: uniqueId('AROA'),
    arn: kernel.arn('iam', `role${path}${name}`, 'regionless'),
    created: kernel.clock.now(),
    ...(description === undefined ? {} : { description }),
    maxSessionDuration,
    trustPolicy,
    inlinePolicies: {},
    attachedPolicies: [],
    tags,
  };
  roles.put(name, role);
  return role;
}

export function requireRole({ roles }: Iam, name: string | undefined): Role {
  const role = roles.get(name ?? '');
  if (!role) throw noSuchEntity(`The role with name ${name} cannot be found.`);
  return role;
}

/** Refuses to delete what still has policies, as IAM does. */
export function deleteRole({ roles }: Iam, role: Role): void {
  if (Object.keys(role.inlinePolicies).length > 0)
    throw new AwsError('DeleteConflictException', 'Cannot delete entity, must delete policies first.', { status: 409 });
  if (role.attachedPolicies.length > 0)
    throw new AwsError('DeleteConflictException', 'Cannot delete entity, must detach all policies first.', {
      status: 409,
    });
  roles.delete(role.name);
}

export function noSuchEntity(message: string): AwsError {
  return new AwsError('NoSuchEntityException', message, { status: 404 });
}

/** A policy that could not be decided by is refused, not kept. */
export function checkPolicy(document: string, kind: 'identity' | 'trust'): void {
  try {
    parsePolicy(document, kind);
  } catch (cause) {
    if (!(cause instanceof MalformedPolicy)) throw cause;
    throw new AwsError('MalformedPolicyDocumentException', cause.message, { cause });
  }
}

/** Role and statement documents travel percent-encoded in IAM's answers. */
export function describeRole(role: Role): RoleOutput {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: new Date(role.created),
    AssumeRolePolicyDocument: encodeURIComponent(role.trustPolicy),
    ...(role.description === undefined ? {} : { Description: role.description }),
    MaxSessionDuration: role.maxSessionDuration,
    Tags: role.tags,
  };
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function uniqueId(prefix: string): string {
  return prefix + Array.from({ length: 17 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}
