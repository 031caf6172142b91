import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { parseRange } from '../byte-range.ts';
import { describeObject, requireObject } from '../object-read.ts';
import { refuseMembers, type S3 } from '../state.ts';

export const headObject: Operation<'s3', 'HeadObject', S3> = (input, request, s3) => {
  refuseMembers('HeadObject', input, ['PartNumber', 'SSECustomerAlgorithm']);
  try {
    const object = requireObject(s3, request.caller, input);
    const { size } = object.content;
    const range = parseRange(input.Range, size);
    return {
      ...describeObject(s3, object, input),
      ContentLength: range ? range.end - range.start + 1 : size,
      ...(range ? { ContentRange: `bytes ${range.start}-${range.end}/${size}` } : {}),
    };
  } catch (error) {
    // An answer to HEAD has no body to tell the code in; clients see the status only.
    if (error instanceof AwsError && error.status === 404)
      throw new AwsError('NotFound', 'Not Found', { status: 404, cause: error });
    throw error;
  }
};
