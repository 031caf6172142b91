import type { Operations } from '../../kernel/service.ts';
import { page } from '../pages.ts';
import type { Tags } from './tags.ts';

export const tagOperations = {
  AddTags({ ResourceArn = '', Tags }, _request, { tags }) {
    tags.add(ResourceArn, Tags);
    return { Tags: tags.get(ResourceArn) };
  },
  ListTags({ ResourceArn = '', MaxResults = 50, NextToken }, _request, { tags }) {
    const { items, ...rest } = page(tags.get(ResourceArn), { MaxResults, NextToken });
    return { Tags: items, ...rest };
  },
  DeleteTags({ ResourceArn = '', TagKeys }, _request, { tags }) {
    tags.remove(ResourceArn, TagKeys ?? []);
    return {};
  },
} satisfies Operations<'sagemaker', { tags: Tags }>;
