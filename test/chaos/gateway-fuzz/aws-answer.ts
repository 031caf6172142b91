import type { Answer, Target, WireCall } from './wire.ts';

/** What is wrong with an answer: undefined for a success, or an error in the form that the service's clients expect. */
export function problemWith(target: Target, call: WireCall, answer: Answer | Error): string | undefined {
  if (answer instanceof Error) return `no answer: ${answer.message}`;
  const { status, body } = answer;
  if (status < 400) return undefined;
  // 501: what isn't here says so by name. 503: Lambda and DynamoDB ask to try again.
  if (status >= 500 && status !== 501 && status !== 503) return `a fault of ours: ${status} ${body}`;
  if (call.method === 'HEAD') return body === '' ? undefined : 'a body in the answer to HEAD';
  // What is too long to be parsed is for nobody in particular.
  if (body.includes('<Code>RequestHeaderSectionTooLarge</Code>')) return undefined;
  return codeOf(target, answer) ? undefined : `not an AWS error: ${status} ${body.slice(0, 300)}`;
}

function codeOf({ model }: Target, { headers, body }: Answer): string | undefined {
  switch (model.protocolName) {
    case 'restXml':
      return /^<\?xml [^>]*>\n?<Error><Code>(\w+)<\/Code><Message>/.exec(body)?.[1];
    case 'awsQuery':
      return /<ErrorResponse.*<Code>([\w.]+)<\/Code><Message>/.exec(body)?.[1];
    case 'restJson1':
      return isObject(body) ? String(headers['x-amzn-errortype'] ?? '') : undefined;
    default:
      return /"__type":"([^"]+)"/.exec(isObject(body) ? body : '')?.[1];
  }
}

function isObject(text: string): boolean {
  try {
    return JSON.parse(text) instanceof Object;
  } catch {
    return false;
  }
}
