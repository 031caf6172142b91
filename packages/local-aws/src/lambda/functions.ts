import { type Caller, serviceRoleCaller } from '../kernel/caller.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Collection } from '../kernel/store.ts';

export interface PolicyStatement {
  Sid: string;
  Effect: 'Allow';
  Principal: { Service: string } | { AWS: string } | '*';
  Action: string;
  Resource: string;
  Condition?: Record<string, Record<string, string>>;
}

/** A function as it is deployed, or a published version of one. */
export interface LambdaFunction {
  name: string;
  /** `$LATEST`, or a number. */
  version: string;
  /** Without a version. */
  arn: string;
  description: string;
  runtime: string;
  handler: string;
  role: string;
  /** MB. */
  memorySize: number;
  /** Seconds. */
  timeout: number;
  architecture: 'x86_64' | 'arm64';
  environment: Record<string, string>;
  /** MB. */
  ephemeralStorage: number;
  tracing: 'Active' | 'PassThrough';
  logGroup: string;
  deadLetterArn?: string;
  /** SHA-256 of the zip, hexadecimal: names the folder of the unpacked code. */
  codeDigest: string;
  /** Bytes of the zip. */
  codeSize: number;
  /** Milliseconds since the epoch. */
  lastModified: number;
  /** Changes with every change of code or configuration. */
  revisionId: string;
  reservedConcurrency?: number;
  tags: Record<string, string>;
  policy: PolicyStatement[];
  lastVersion: number;
}

export const LATEST = '$LATEST';

/** How a caller names a function: by name, ARN or partial ARN, with or without a version. */
export interface FunctionReference {
  name: string;
  qualifier?: string;
}

const REFERENCE =
  /^(?:(?:arn:[^:]+:lambda:[^:]+:)?\d{12}:function:)?(?:function:)?(?<name>[A-Za-z0-9_-]{1,140})(?::(?<qualifier>\$LATEST|[A-Za-z0-9_-]+))?$/;

/** @throws ValidationException when the text names no function. */
export function functionReference(text: string | undefined, qualifier?: string): FunctionReference {
  const groups = REFERENCE.exec(text ?? '')?.groups;
  if (!groups?.name)
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value '${text}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?`,
    );
  return { name: groups.name, qualifier: qualifier ?? groups.qualifier };
}

/** The functions of the account and their published versions. */
export class Functions {
  readonly #kernel: Kernel;
  readonly #latest: Collection<LambdaFunction>;
  readonly #versions: Collection<LambdaFunction>;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#latest = kernel.store.collection<LambdaFunction>('lambda_functions');
    this.#versions = kernel.store.collection<LambdaFunction>('lambda_versions');
  }

  arn(name: string): string {
    return this.#kernel.arn('lambda', `function:${name}`);
  }

  find({ name, qualifier = LATEST }: FunctionReference): LambdaFunction | undefined {
    return qualifier === LATEST ? this.#latest.get(name) : this.#versions.get(versionKey(name, qualifier));
  }

  /** @throws ResourceNotFoundException */
  get(text: string | undefined, qualifier?: string): LambdaFunction {
    const reference = functionReference(text, qualifier);
    const found = this.find(reference);
    if (found) return found;
    const suffix = reference.qualifier ? `:${reference.qualifier}` : '';
    throw new AwsError('ResourceNotFoundException', `Function not found: ${this.arn(reference.name)}${suffix}`, {
      status: 404,
      extra: { Type: 'User' },
    });
  }

  put(lambda: LambdaFunction): void {
    if (lambda.version === LATEST) this.#latest.put(lambda.name, lambda);
    else this.#versions.put(versionKey(lambda.name, lambda.version), lambda);
  }

  delete({ name, qualifier }: FunctionReference): void {
    if (qualifier && qualifier !== LATEST) {
      this.#versions.delete(versionKey(name, qualifier));
      return;
    }
    for (const { version } of this.versions(name)) this.#versions.delete(versionKey(name, version));
    this.#latest.delete(name);
  }

  list(options: { after?: string; limit?: number } = {}): LambdaFunction[] {
    return this.#latest.list(options).map(({ value }) => value);
  }

  /** Published versions, oldest first. */
  versions(name: string): LambdaFunction[] {
    return this.#versions.list({ prefix: `${name}:` }).map(({ value }) => value);
  }

  /** Digests of all code that some function or version still runs. */
  usedCode(): Set<string> {
    const all = [...this.#latest.list(), ...this.#versions.list()];
    return new Set(all.map(({ value }) => value.codeDigest));
  }
}

const versionKey = (name: string, version: string): string => `${name}:${version.padStart(10, '0')}`;

/** The service in trust policies of functions' roles. */
export const PRINCIPAL = 'lambda.amazonaws.com';

/** Who acts for a function: its role. */
export const functionCaller = ({ role, name }: Pick<LambdaFunction, 'role' | 'name'>): Caller =>
  serviceRoleCaller(PRINCIPAL, role, name);

/** @throws InvalidParameterValueException when a role doesn't trust Lambda. */
export function requireTrust({ authorization, account }: Kernel, role: string): void {
  if (authorization.trusts(role, PRINCIPAL, account)) return;
  const message = 'The role defined for the function cannot be assumed by Lambda.';
  throw new AwsError('InvalidParameterValueException', message, { extra: { Type: 'User' } });
}

/** With its version, as an invocation names it. */
export function qualifiedArn(lambda: LambdaFunction): string {
  return `${lambda.arn}:${lambda.version}`;
}
