import type { Operation } from '../../kernel/service.ts';
import { type Athena, requireWorkGroup } from '../state.ts';

const engine = { SelectedEngineVersion: 'AUTO', EffectiveEngineVersion: 'Athena engine version 3' };

export const getWorkGroup: Operation<'athena', 'GetWorkGroup', Athena> = ({ WorkGroup }, _request, athena) => {
  const { name, description, state, configuration, created } = requireWorkGroup(athena, WorkGroup);
  return {
    WorkGroup: {
      Name: name,
      Description: description,
      State: state,
      Configuration: { ...configuration, EngineVersion: engine },
      CreationTime: new Date(created),
    },
  };
};

export const listWorkGroups: Operation<'athena', 'ListWorkGroups', Athena> = (
  { MaxResults = 50, NextToken = '' },
  _request,
  { workGroups },
) => {
  const found = workGroups.list({ after: NextToken, limit: MaxResults + 1 });
  const page = found.slice(0, MaxResults);
  return {
    WorkGroups: page.map(({ value }) => ({
      Name: value.name,
      Description: value.description,
      State: value.state,
      CreationTime: new Date(value.created),
      EngineVersion: engine,
    })),
    ...(found.length > MaxResults && { NextToken: page.at(-1)?.key }),
  };
};
