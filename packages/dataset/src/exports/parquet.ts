import { DuckDBInstance } from '@duckdb/node-api';
import type { Snapshot } from '../snapshot.ts';

/** A column: its SQL type, and what a row has in it; `undefined` is NULL. */
type Columns<Row> = Readonly<Record<string, readonly [type: string, (row: Row) => string | number | undefined]>>;

type Image = Snapshot['images'][number];
interface BoxOfImage {
  readonly image: Image;
  readonly box: Image['boxes'][number];
  readonly names: readonly string[];
}

/** A row an image. */
const IMAGES: Columns<Image> = {
  image_id: ['VARCHAR', ({ imageId }) => imageId],
  uri: ['VARCHAR', ({ uri }) => uri],
  split: ['VARCHAR', ({ split }) => split],
  group: ['VARCHAR', ({ group }) => group],
  excluded_because: ['VARCHAR', ({ because }) => because?.rule],
  excluded_of: ['VARCHAR', ({ because }) => because?.of],
  width: ['INTEGER', ({ width }) => width],
  height: ['INTEGER', ({ height }) => height],
  station: ['VARCHAR', ({ station }) => station],
  part: ['VARCHAR', ({ part }) => part],
  origin: ['VARCHAR', ({ origin }) => origin],
  labeling_job: ['VARCHAR', ({ labelingJob }) => labelingJob],
  event_time: ['TIMESTAMP', ({ labeledAt }) => labeledAt],
  boxes: ['INTEGER', ({ boxes }) => boxes.length],
};

/** A row a box, in pixels of the upright image. */
const BOXES: Columns<BoxOfImage> = {
  image_id: ['VARCHAR', ({ image }) => image.imageId],
  split: ['VARCHAR', ({ image }) => image.split],
  class_id: ['INTEGER', ({ box }) => box.classId],
  class_name: ['VARCHAR', ({ box, names }) => names[box.classId]],
  left: ['DOUBLE', ({ box }) => box.left],
  top: ['DOUBLE', ({ box }) => box.top],
  width: ['DOUBLE', ({ box }) => box.width],
  height: ['DOUBLE', ({ box }) => box.height],
};

/** Writes a snapshot's images and boxes as Parquet: the same snapshot gives the same bytes. */
export async function writeParquet(snapshot: Snapshot, files: { images: string; boxes: string }): Promise<void> {
  // Several threads would each write what they come to.
  const duckdb = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await duckdb.connect();
  try {
    const { images, names } = snapshot;
    const boxes = images.flatMap((image) => image.boxes.map((box) => ({ image, box, names })));
    await writeTable('images', IMAGES, images, files.images);
    await writeTable('boxes', BOXES, boxes, files.boxes);
  } finally {
    connection.closeSync();
    duckdb.closeSync();
  }

  async function writeTable<Row>(name: string, columns: Columns<Row>, rows: readonly Row[], file: string) {
    const entries = Object.entries(columns);
    await connection.run(`CREATE TABLE ${name}_text (${entries.map(([column]) => `"${column}" VARCHAR`).join(', ')})`);
    const appender = await connection.createAppender(`${name}_text`);
    for (const row of rows) {
      for (const [, [, read]] of entries) {
        const value = read(row);
        if (value === undefined) appender.appendNull();
        else appender.appendVarchar(String(value));
      }
      appender.endRow();
    }
    appender.closeSync();
    const typed = entries.map(([column, [type]]) => `CAST("${column}" AS ${type}) AS "${column}"`);
    await connection.run(
      `COPY (SELECT ${typed.join(', ')} FROM ${name}_text) TO '${file.replaceAll("'", "''")}' (FORMAT parquet, COMPRESSION zstd)`,
    );
  }
}
