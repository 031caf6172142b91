import { randomUUID } from 'node:crypto';
import { AwsError, notImplemented } from '../../kernel/errors.ts';
import { toWire, withSettings } from '../configuration.ts';
import { functionReference, LATEST, type LambdaFunction, requireTrust } from '../functions.ts';
import type { LambdaOperation } from '../state.ts';
import { publish } from '../versions.ts';

export const createFunction: LambdaOperation<'CreateFunction'> = async (input, request, state) => {
  const { name } = functionReference(input.FunctionName);
  if (input.PackageType === 'Image') throw notImplemented('Lambda functions from container images');
  const exists = () => {
    if (state.functions.find({ name }))
      throw new AwsError('ResourceConflictException', `Function already exist: ${name}`, { extra: { Type: 'User' } });
  };
  exists();
  const blank: LambdaFunction = {
    name,
    version: LATEST,
    arn: state.functions.arn(name),
    description: '',
    runtime: '',
    handler: '',
    role: '',
    memorySize: 128,
    timeout: 3,
    architecture: input.Architectures?.[0] ?? 'x86_64',
    environment: {},
    ephemeralStorage: 512,
    tracing: 'PassThrough',
    logGroup: `/aws/lambda/${name}`,
    codeDigest: '',
    codeSize: 0,
    lastModified: 0,
    revisionId: randomUUID(),
    tags: input.Tags ?? {},
    policy: [],
    lastVersion: 0,
  };
  // Settings first: a mistake in them should not cost an upload.
  const { role } = withSettings(blank, input, 0);
  requireTrust(state.kernel, role);
  const { digest, size } = await state.code.store(input.Code ?? {}, request.caller);
  exists();
  const created = {
    ...withSettings(blank, input, state.kernel.clock.now()),
    codeDigest: digest,
    codeSize: size,
  };
  state.functions.put(created);
  return toWire(input.Publish ? publish(state, created) : created);
};
