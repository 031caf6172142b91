export { athenaRows } from './athena-rows.ts';
export { objectFetcher } from './object-fetcher.ts';
