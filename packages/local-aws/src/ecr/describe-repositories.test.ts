import { DescribeRepositoriesCommand, ECRClient, RepositoryNotFoundException } from '@aws-sdk/client-ecr';
import { expect, it } from 'vitest';
import { startAws } from '../../test/harness.ts';

it('has no repository, and says so by name', async () => {
  const aws = await startAws();
  const command = new DescribeRepositoriesCommand({ repositoryNames: ['serverless-x-local'] });
  await expect(aws.client(ECRClient).send(command)).rejects.toBeInstanceOf(RepositoryNotFoundException);
  await aws.close();
});
