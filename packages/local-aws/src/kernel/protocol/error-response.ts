import type { AwsError } from '../errors.ts';
import type { ProtocolName, ServiceModel } from './model.ts';
import type { WireResponse } from './response.ts';

/** An error in the form that the protocol's clients expect; without a service where nobody knows whom the call was for. */
export function serializeError(
  model: ServiceModel | undefined,
  protocol: ProtocolName,
  error: AwsError,
  requestId: string,
): WireResponse {
  const modelled = model?.errors.get(error.code);
  const queryError = modelled?.query;
  const status = error.status ?? (protocol === 'awsQuery' ? queryError?.status : undefined) ?? modelled?.status ?? 400;
  if (protocol === 'awsQuery') {
    const code = escapeXml(queryError?.code ?? error.code);
    const type = status >= 500 ? 'Receiver' : 'Sender';
    const body = `<ErrorResponse><Error><Type>${type}</Type><Code>${code}</Code><Message>${escapeXml(error.message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
    return { status, headers: { 'content-type': 'text/xml' }, body };
  }
  if (protocol === 'restXml') {
    const extra = Object.entries(error.extra).map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`);
    const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>${extra.join('')}<RequestId>${requestId}</RequestId></Error>`;
    return { status, headers: { 'content-type': 'application/xml' }, body };
  }
  const rpc = protocol === 'awsJson1_0' || protocol === 'awsJson1_1';
  const body = {
    ...(rpc ? { __type: model ? `${model.namespace}#${error.code}` : error.code } : {}),
    message: error.message,
    ...error.extra,
  };
  const headers: Record<string, string> = {
    'content-type': rpc ? `application/x-amz-json-${protocol === 'awsJson1_0' ? '1.0' : '1.1'}` : 'application/json',
    'x-amzn-errortype': error.code,
  };
  if (queryError) headers['x-amzn-query-error'] = `${queryError.code};${status >= 500 ? 'Receiver' : 'Sender'}`;
  return { status, headers, body: JSON.stringify(body) };
}

const ENTITIES: Record<string, string> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' };

/** XML 1.0 has no way to write these characters at all. */
const UNWRITABLE = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

function escapeXml(text: string): string {
  return text.replace(UNWRITABLE, '\ufffd').replace(/[<>&"]/g, (c) => ENTITIES[c] ?? c);
}
