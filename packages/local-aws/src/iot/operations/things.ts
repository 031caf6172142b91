import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { notImplemented } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { alreadyExists, checkName, invalid, required } from '../errors.ts';
import { page } from '../pages.ts';
import type { Thing } from '../records.ts';
import { certificateOf, groupArn, type Iot, thingArn } from '../state.ts';

export const createThing: Operation<'iot', 'CreateThing', Iot> = (input, _request, { things, kernel }) => {
  const { thingName = '', thingTypeName, billingGroupName, attributePayload } = input;
  checkName('thingName', thingName);
  if (thingTypeName !== undefined || billingGroupName !== undefined)
    throw notImplemented('IoT: thing types and billing groups');
  const attributes = attributePayload?.attributes ?? {};
  const existing = things.get(thingName);
  const thingArnOfIt = thingArn(kernel, thingName);
  if (existing) {
    if (!isDeepStrictEqual(existing.attributes, attributes)) throw alreadyExists(`Thing ${thingName}`, thingArnOfIt);
    return { thingName, thingArn: thingArnOfIt, thingId: existing.id };
  }
  const thing: Thing = { name: thingName, id: randomUUID(), attributes, version: 1, principals: [], groups: [] };
  things.put(thingName, thing);
  return { thingName, thingArn: thingArnOfIt, thingId: thing.id };
};

export const describeThing: Operation<'iot', 'DescribeThing', Iot> = (
  { thingName = '' },
  _request,
  { things, kernel },
) => {
  const thing = required(things.get(thingName), `Thing ${thingName}`);
  return {
    defaultClientId: thingName,
    thingName,
    thingId: thing.id,
    thingArn: thingArn(kernel, thingName),
    attributes: thing.attributes,
    version: thing.version,
  };
};

export const listThings: Operation<'iot', 'ListThings', Iot> = (input, _request, { things, kernel }) => {
  const { attributeName, attributeValue = '' } = input;
  const found = things
    .list()
    .filter(({ value }) => attributeName === undefined || value.attributes[attributeName] === attributeValue);
  const { items, nextToken } = page(found, input.maxResults, input.nextToken);
  return {
    things: items.map(({ value }) => ({
      thingName: value.name,
      thingArn: thingArn(kernel, value.name),
      attributes: value.attributes,
      version: value.version,
    })),
    nextToken,
  };
};

export const deleteThing: Operation<'iot', 'DeleteThing', Iot> = ({ thingName = '' }, _request, { things }) => {
  if ((things.get(thingName)?.principals.length ?? 0) > 0)
    throw invalid(`Cannot delete. Thing ${thingName} is still attached to one or more principals`);
  things.delete(thingName);
  return {};
};

export const attachThingPrincipal: Operation<'iot', 'AttachThingPrincipal', Iot> = (input, _request, iot) => {
  const { thingName = '', principal = '' } = input;
  const thing = required(iot.things.get(thingName), `Thing ${thingName}`);
  required(certificateOf(iot, principal), `Certificate ${principal}`);
  if (!thing.principals.includes(principal))
    iot.things.put(thingName, { ...thing, principals: [...thing.principals, principal] });
  return {};
};

export const detachThingPrincipal: Operation<'iot', 'DetachThingPrincipal', Iot> = (input, _request, { things }) => {
  const { thingName = '', principal = '' } = input;
  const thing = required(things.get(thingName), `Thing ${thingName}`);
  things.put(thingName, { ...thing, principals: thing.principals.filter((other) => other !== principal) });
  return {};
};

export const listThingPrincipals: Operation<'iot', 'ListThingPrincipals', Iot> = (input, _request, { things }) => {
  const thing = required(things.get(input.thingName ?? ''), `Thing ${input.thingName}`);
  const { items, nextToken } = page(thing.principals, input.maxResults, input.nextToken);
  return { principals: items, nextToken };
};

export const listThingGroupsForThing: Operation<'iot', 'ListThingGroupsForThing', Iot> = (input, _request, iot) => {
  const thing = required(iot.things.get(input.thingName ?? ''), `Thing ${input.thingName}`);
  const { items, nextToken } = page(thing.groups, input.maxResults, input.nextToken);
  return {
    thingGroups: items.map((groupName) => ({ groupName, groupArn: groupArn(iot.kernel, groupName) })),
    nextToken,
  };
};
