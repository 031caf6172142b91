import { expect, it } from 'vitest';
import { s3Location } from './template-source.ts';

it('finds the object that a template URL means, in every form of S3’s URLs', () => {
  const object = { Bucket: 'my.bucket', Key: 'a dir/t.json' };
  for (const url of [
    'https://s3.amazonaws.com/my.bucket/a%20dir/t.json',
    'https://s3.eu-west-1.amazonaws.com/my.bucket/a%20dir/t.json',
    'https://s3-eu-west-1.amazonaws.com/my.bucket/a%20dir/t.json',
    'https://my.bucket.s3.amazonaws.com/a%20dir/t.json',
    'https://my.bucket.s3.eu-west-1.amazonaws.com/a%20dir/t.json',
    'http://127.0.0.1:4580/my.bucket/a%20dir/t.json',
    's3://my.bucket/a%20dir/t.json',
  ])
    expect(s3Location(url), url).toEqual(object);
  for (const url of ['https://example.com/b/k', 'https://s3.amazonaws.com/b', 'no url'])
    expect(s3Location(url), url).toBeUndefined();
});
