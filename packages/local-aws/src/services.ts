import type { Service } from './kernel/service.ts';
import { sagemakerService } from './sagemaker/service.ts';
import { s3Service } from './s3/service.ts';

/** Every AWS service that exists here. The order is that of starting: a service starts after those that it calls while starting. */
export const services: Service[] = [
  s3Service,
  sagemakerService,
];
