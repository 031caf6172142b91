import type { Tag } from '@aws-sdk/client-sagemaker';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Collection } from '../../kernel/store.ts';

/** The tags of SageMaker's resources, by ARN. */
export interface Tags {
  get(arn: string): Tag[];
  /** Adds tags; one with the same key is replaced. */
  add(arn: string, tags: Tag[] | undefined): void;
  remove(arn: string, keys: string[]): void;
  /** Forgets a resource's tags. */
  clear(arn: string): void;
}

export function createTags(kernel: Kernel): Tags {
  const tags: Collection<Tag[]> = kernel.store.collection('sagemaker_tags');
  const get = (arn: string) => tags.get(arn) ?? [];
  return {
    get,
    add(arn, added) {
      if (!added?.length) return;
      const merged = new Map([...get(arn), ...added].map((tag) => [tag.Key, tag]));
      tags.put(arn, [...merged.values()]);
    },
    remove: (arn, keys) =>
      tags.put(
        arn,
        get(arn).filter((tag) => !keys.includes(tag.Key ?? '')),
      ),
    clear: (arn) => void tags.delete(arn),
  };
}
