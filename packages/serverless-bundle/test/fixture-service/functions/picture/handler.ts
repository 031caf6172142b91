import sharp from 'sharp';

export const handler = async (): Promise<number> => {
  const picture = await sharp({ create: { width: 3, height: 2, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  return (await sharp(picture).metadata()).width;
};
