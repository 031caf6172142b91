import { awsEventHandler } from '@assay/lambda-kit';
import { assemble, config } from '../../adapters/line-ports.ts';
import { lookAfter } from './look-after.ts';
import { occasionSchema } from './messages.ts';

export const handler = awsEventHandler({ schema: occasionSchema, config, assemble }, lookAfter);
