import { defineService } from '../kernel/service.ts';
import {
  createLogGroup,
  deleteLogGroup,
  deleteRetentionPolicy,
  describeLogGroups,
  putRetentionPolicy,
} from './operations/log-groups.ts';
import { createLogStream, deleteLogStream, describeLogStreams } from './operations/log-streams.ts';
import { putLogEvents } from './operations/put-log-events.ts';
import { filterLogEvents, getLogEvents } from './operations/read-log-events.ts';
import { deleteResourcePolicy, describeResourcePolicies, putResourcePolicy } from './operations/resource-policies.ts';
import { logsAuthorization } from './permissions.ts';
import { logGroupResource } from './resources/log-group.ts';
import { resourcePolicyResource } from './resources/resource-policy.ts';
import { createLogs, type Logs, startPruning } from './state.ts';

export const logsService = defineService<'logs', Logs>({
  name: 'logs',
  signingName: 'logs',
  load: () => import('@aws-sdk/client-cloudwatch-logs'),
  create: createLogs,
  start: startPruning,
  authorization: logsAuthorization,
  operations: {
    CreateLogGroup: createLogGroup,
    CreateLogStream: createLogStream,
    DeleteLogGroup: deleteLogGroup,
    DeleteLogStream: deleteLogStream,
    DeleteResourcePolicy: deleteResourcePolicy,
    DeleteRetentionPolicy: deleteRetentionPolicy,
    DescribeLogGroups: describeLogGroups,
    DescribeLogStreams: describeLogStreams,
    DescribeResourcePolicies: describeResourcePolicies,
    FilterLogEvents: filterLogEvents,
    GetLogEvents: getLogEvents,
    PutLogEvents: putLogEvents,
    PutResourcePolicy: putResourcePolicy,
    PutRetentionPolicy: putRetentionPolicy,
  },
  resources: { 'AWS::Logs::LogGroup': logGroupResource, 'AWS::Logs::ResourcePolicy': resourcePolicyResource },
});
