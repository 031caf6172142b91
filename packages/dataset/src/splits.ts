/** What a model learns from, what its settings are chosen by, and what it is measured on. */
export const splits = ['train', 'validation', 'test'] as const;
export type Split = (typeof splits)[number];
