import { defineService } from '../kernel/service.ts';
import { createEventSourceMapping } from './operations/create-event-source-mapping.ts';
import { createFunction } from './operations/create-function.ts';
import { deleteFunction } from './operations/delete-function.ts';
import {
  deleteEventSourceMapping,
  getEventSourceMapping,
  listEventSourceMappings,
  updateEventSourceMapping,
} from './operations/event-source-mappings.ts';
import {
  deleteFunctionConcurrency,
  getFunctionConcurrency,
  putFunctionConcurrency,
} from './operations/function-concurrency.ts';
import { listTags, tagResource, untagResource } from './operations/function-tags.ts';
import { listVersionsByFunction, publishVersion } from './operations/function-versions.ts';
import { getFunction, getFunctionConfiguration } from './operations/get-function.ts';
import { invoke } from './operations/invoke.ts';
import {
  deleteFunctionEventInvokeConfig,
  getFunctionEventInvokeConfig,
  putFunctionEventInvokeConfig,
} from './operations/invoke-configuration.ts';
import { listFunctions } from './operations/list-functions.ts';
import { addPermission, getPolicy, removePermission } from './operations/permissions.ts';
import { updateFunctionCode } from './operations/update-function-code.ts';
import { updateFunctionConfiguration } from './operations/update-function-configuration.ts';
import { lambdaAuthorization } from './permissions.ts';
import { eventInvokeConfigResource } from './resources/event-invoke-config.ts';
import { eventSourceMappingResource } from './resources/event-source-mapping.ts';
import { functionResource } from './resources/function.ts';
import { permissionResource } from './resources/permission.ts';
import { versionResource } from './resources/version.ts';
import { close, createState, type LambdaState, start } from './state.ts';

export const lambdaService = defineService<'lambda', LambdaState>({
  name: 'lambda',
  signingName: 'lambda',
  load: () => import('@aws-sdk/client-lambda'),
  create: createState,
  start,
  close,
  authorization: lambdaAuthorization,
  operations: {
    AddPermission: addPermission,
    CreateEventSourceMapping: createEventSourceMapping,
    CreateFunction: createFunction,
    DeleteEventSourceMapping: deleteEventSourceMapping,
    DeleteFunction: deleteFunction,
    DeleteFunctionConcurrency: deleteFunctionConcurrency,
    DeleteFunctionEventInvokeConfig: deleteFunctionEventInvokeConfig,
    GetEventSourceMapping: getEventSourceMapping,
    GetFunction: getFunction,
    GetFunctionConcurrency: getFunctionConcurrency,
    GetFunctionConfiguration: getFunctionConfiguration,
    GetFunctionEventInvokeConfig: getFunctionEventInvokeConfig,
    GetPolicy: getPolicy,
    Invoke: invoke,
    ListEventSourceMappings: listEventSourceMappings,
    ListFunctions: listFunctions,
    ListTags: listTags,
    ListVersionsByFunction: listVersionsByFunction,
    PublishVersion: publishVersion,
    PutFunctionConcurrency: putFunctionConcurrency,
    PutFunctionEventInvokeConfig: putFunctionEventInvokeConfig,
    RemovePermission: removePermission,
    TagResource: tagResource,
    UntagResource: untagResource,
    UpdateEventSourceMapping: updateEventSourceMapping,
    UpdateFunctionCode: updateFunctionCode,
    UpdateFunctionConfiguration: updateFunctionConfiguration,
  },
  resources: {
    'AWS::Lambda::EventInvokeConfig': eventInvokeConfigResource,
    'AWS::Lambda::EventSourceMapping': eventSourceMappingResource,
    'AWS::Lambda::Function': functionResource,
    'AWS::Lambda::Permission': permissionResource,
    'AWS::Lambda::Version': versionResource,
  },
});
