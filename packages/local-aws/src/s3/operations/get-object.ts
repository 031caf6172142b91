import { sdkStreamMixin } from '@smithy/core/serde';
import type { Operation } from '../../kernel/service.ts';
import { parseRange } from '../byte-range.ts';
import { describeObject, requireObject } from '../object-read.ts';
import { refuseMembers, type S3 } from '../state.ts';

export const getObject: Operation<'s3', 'GetObject', S3> = (input, request, s3) => {
  refuseMembers('GetObject', input, ['PartNumber', 'SSECustomerAlgorithm']);
  const object = requireObject(s3, request.caller, input);
  const description = describeObject(s3, object, input);
  const { size, segments } = object.content;
  const range = parseRange(input.Range, size);
  const { start, end } = range ?? { start: 0, end: size - 1 };
  return {
    ...description,
    ...(input.ResponseCacheControl === undefined ? {} : { CacheControl: input.ResponseCacheControl }),
    ...(input.ResponseContentDisposition === undefined ? {} : { ContentDisposition: input.ResponseContentDisposition }),
    ...(input.ResponseContentEncoding === undefined ? {} : { ContentEncoding: input.ResponseContentEncoding }),
    ...(input.ResponseContentLanguage === undefined ? {} : { ContentLanguage: input.ResponseContentLanguage }),
    ...(input.ResponseContentType === undefined ? {} : { ContentType: input.ResponseContentType }),
    ContentLength: end - start + 1,
    ...(range ? { ContentRange: `bytes ${start}-${end}/${size}` } : {}),
    Body: sdkStreamMixin(s3.files.read(segments, start, end)),
  };
};
