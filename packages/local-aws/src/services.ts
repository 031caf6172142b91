import { athenaService } from './athena/service.ts';
import { cloudformationService } from './cloudformation/service.ts';
import { cloudwatchService } from './cloudwatch/service.ts';
import { dynamodbService } from './dynamodb/service.ts';
import { ecrService } from './ecr/service.ts';
import { eventbridgeService } from './eventbridge/service.ts';
import { featurestoreRuntimeService } from './featurestore-runtime/service.ts';
import { glueService } from './glue/service.ts';
import { greengrassv2Service } from './greengrassv2/service.ts';
import { iamService } from './iam/service.ts';
import { iotService } from './iot/service.ts';
import type { Service } from './kernel/service.ts';
import { lambdaService } from './lambda/service.ts';
import { logsService } from './logs/service.ts';
import { s3Service } from './s3/service.ts';
import { sagemakerService } from './sagemaker/service.ts';
import { sfnService } from './sfn/service.ts';
import { sqsService } from './sqs/service.ts';
import { stsService } from './sts/service.ts';

/** Every AWS service that exists here. The order is that of starting: a service starts after those that it calls while starting. */
export const services: Service[] = [
  iamService,
  stsService,
  ecrService,
  logsService,
  s3Service,
  sqsService,
  eventbridgeService,
  cloudwatchService,
  lambdaService,
  sfnService,
  sagemakerService,
  dynamodbService,
  glueService,
  athenaService,
  cloudformationService,
  iotService,
  greengrassv2Service,
  featurestoreRuntimeService,
];
