import { notImplemented } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { invalid } from '../errors.ts';
import type { Iot } from '../state.ts';

const TYPES = ['iot:Data', 'iot:Data-ATS', 'iot:CredentialProvider'];

/** The address of the device endpoint. Unlike AWS's it carries a port: all endpoints are one here. */
export const describeEndpoint: Operation<'iot', 'DescribeEndpoint', Iot> = (
  { endpointType = 'iot:Data-ATS' },
  _request,
  iot,
) => {
  if (!TYPES.includes(endpointType))
    throw notImplemented(`IoT: the endpoint type ${endpointType} (${TYPES.join(', ')} are)`);
  if (!iot.endpoint) throw invalid('The device endpoint is not open yet.');
  return { endpointAddress: iot.endpoint.address };
};
