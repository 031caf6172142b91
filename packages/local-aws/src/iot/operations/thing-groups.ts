import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { notImplemented } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { alreadyExists, checkName, required } from '../errors.ts';
import { joinTargets } from '../jobs/targets.ts';
import { page } from '../pages.ts';
import type { ThingGroup } from '../records.ts';
import { groupArn, groupOf, type Iot, thingOf } from '../state.ts';

export const createThingGroup: Operation<'iot', 'CreateThingGroup', Iot> = (input, _request, { groups, kernel }) => {
  const { thingGroupName = '', parentGroupName, thingGroupProperties } = input;
  checkName('thingGroupName', thingGroupName);
  if (parentGroupName !== undefined) throw notImplemented('IoT: groups within groups');
  const description = thingGroupProperties?.thingGroupDescription;
  const attributes = thingGroupProperties?.attributePayload?.attributes ?? {};
  const existing = groups.get(thingGroupName);
  const thingGroupArn = groupArn(kernel, thingGroupName);
  if (existing) {
    const same = existing.description === description && isDeepStrictEqual(existing.attributes, attributes);
    if (!same) throw alreadyExists(`Thing Group ${thingGroupName}`, thingGroupArn);
    return { thingGroupName, thingGroupArn, thingGroupId: existing.id };
  }
  const group: ThingGroup = {
    name: thingGroupName,
    id: randomUUID(),
    description,
    attributes,
    version: 1,
    created: kernel.clock.now(),
  };
  groups.put(thingGroupName, group);
  return { thingGroupName, thingGroupArn, thingGroupId: group.id };
};

export const describeThingGroup: Operation<'iot', 'DescribeThingGroup', Iot> = (
  input,
  _request,
  { groups, kernel },
) => {
  const group = required(groups.get(input.thingGroupName ?? ''), `Thing Group ${input.thingGroupName}`);
  return {
    thingGroupName: group.name,
    thingGroupId: group.id,
    thingGroupArn: groupArn(kernel, group.name),
    version: group.version,
    thingGroupProperties: {
      thingGroupDescription: group.description,
      attributePayload: { attributes: group.attributes },
    },
    thingGroupMetadata: { creationDate: new Date(group.created) },
  };
};

export const updateThingGroup: Operation<'iot', 'UpdateThingGroup', Iot> = (input, _request, { groups }) => {
  const { thingGroupName = '', thingGroupProperties } = input;
  const group = required(groups.get(thingGroupName), `Thing Group ${thingGroupName}`);
  const version = group.version + 1;
  groups.put(thingGroupName, {
    ...group,
    version,
    description: thingGroupProperties?.thingGroupDescription,
    attributes: thingGroupProperties?.attributePayload?.attributes ?? {},
  });
  return { version };
};

export const listThingGroups: Operation<'iot', 'ListThingGroups', Iot> = (input, _request, { groups, kernel }) => {
  const { items, nextToken } = page(groups.list({ prefix: input.namePrefixFilter }), input.maxResults, input.nextToken);
  return {
    thingGroups: items.map(({ key }) => ({ groupName: key, groupArn: groupArn(kernel, key) })),
    nextToken,
  };
};

/** Takes its members out of the group; they stay. */
export const deleteThingGroup: Operation<'iot', 'DeleteThingGroup', Iot> = (input, _request, { groups, things }) => {
  const { thingGroupName = '' } = input;
  groups.delete(thingGroupName);
  for (const { key, value } of things.list())
    if (value.groups.includes(thingGroupName))
      things.put(key, { ...value, groups: value.groups.filter((name) => name !== thingGroupName) });
  return {};
};

/** A thing that joins a group gets the group's continuous jobs. */
export const addThingToThingGroup: Operation<'iot', 'AddThingToThingGroup', Iot> = (input, _request, iot) => {
  const group = required(memberGroup(input, iot), `Thing Group ${input.thingGroupName ?? input.thingGroupArn}`);
  const thing = required(member(input, iot), `Thing ${input.thingName ?? input.thingArn}`);
  if (thing.groups.includes(group.name)) return {};
  iot.things.put(thing.name, { ...thing, groups: [...thing.groups, group.name] });
  joinTargets(iot.jobs, thing.name, groupArn(iot.kernel, group.name));
  return {};
};

export const removeThingFromThingGroup: Operation<'iot', 'RemoveThingFromThingGroup', Iot> = (input, _request, iot) => {
  const group = required(memberGroup(input, iot), `Thing Group ${input.thingGroupName ?? input.thingGroupArn}`);
  const thing = required(member(input, iot), `Thing ${input.thingName ?? input.thingArn}`);
  iot.things.put(thing.name, { ...thing, groups: thing.groups.filter((name) => name !== group.name) });
  return {};
};

/** A membership's ends are named by name or ARN. */
const memberGroup = (input: { thingGroupName?: string | undefined; thingGroupArn?: string | undefined }, iot: Iot) =>
  input.thingGroupName === undefined ? groupOf(iot, input.thingGroupArn) : iot.groups.get(input.thingGroupName);
const member = (input: { thingName?: string | undefined; thingArn?: string | undefined }, iot: Iot) =>
  input.thingName === undefined ? thingOf(iot, input.thingArn) : iot.things.get(input.thingName);

export const listThingsInThingGroup: Operation<'iot', 'ListThingsInThingGroup', Iot> = (input, _request, iot) => {
  const { thingGroupName = '' } = input;
  required(iot.groups.get(thingGroupName), `Thing Group ${thingGroupName}`);
  const { items, nextToken } = page(iot.jobs.membersOf(thingGroupName), input.maxResults, input.nextToken);
  return { things: items, nextToken };
};
