import { z } from 'zod';

const schema = z.object({ name: z.string() });

export const handler = async (event: unknown): Promise<string> => `hello ${schema.parse(event).name}`;
