import {
  DuckDBDecimalType,
  DuckDBListType,
  DuckDBListValue,
  DuckDBMapType,
  DuckDBStructType,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
} from '@duckdb/node-api';

export interface Column {
  name: string;
  /** Athena's name of the type. */
  type: string;
  precision: number;
  scale: number;
}

const SIMPLE: Partial<Record<DuckDBTypeId, [type: string, precision: number]>> = {
  [DuckDBTypeId.BOOLEAN]: ['boolean', 0],
  [DuckDBTypeId.TINYINT]: ['tinyint', 3],
  [DuckDBTypeId.SMALLINT]: ['smallint', 5],
  [DuckDBTypeId.INTEGER]: ['integer', 10],
  [DuckDBTypeId.BIGINT]: ['bigint', 19],
  // DuckDB's sums of integers; Trino's are bigint.
  [DuckDBTypeId.HUGEINT]: ['bigint', 19],
  [DuckDBTypeId.UBIGINT]: ['bigint', 19],
  [DuckDBTypeId.FLOAT]: ['float', 17],
  [DuckDBTypeId.DOUBLE]: ['double', 17],
  [DuckDBTypeId.VARCHAR]: ['varchar', 2_147_483_647],
  [DuckDBTypeId.BLOB]: ['varbinary', 1_073_741_824],
  [DuckDBTypeId.DATE]: ['date', 0],
  [DuckDBTypeId.TIMESTAMP]: ['timestamp', 3],
  [DuckDBTypeId.TIMESTAMP_TZ]: ['timestamp with time zone', 3],
};

/** A result's column as Athena describes it. */
export function describeColumn(name: string, type: DuckDBType): Column {
  if (type instanceof DuckDBDecimalType) return { name, type: 'decimal', precision: type.width, scale: type.scale };
  if (type instanceof DuckDBListType) return { name, type: 'array', precision: 0, scale: 0 };
  if (type instanceof DuckDBMapType) return { name, type: 'map', precision: 0, scale: 0 };
  if (type instanceof DuckDBStructType) return { name, type: 'row', precision: 0, scale: 0 };
  const [athena, precision] = SIMPLE[type.typeId] ?? ['varchar', 2_147_483_647];
  return { name, type: athena, precision, scale: 0 };
}

/** A value in the text that Athena gives for it; null for NULL. */
export function formatValue(value: DuckDBValue, type: DuckDBType): string | null {
  if (value === null) return null;
  if (typeof value === 'number')
    return type.typeId === DuckDBTypeId.DOUBLE || type.typeId === DuckDBTypeId.FLOAT ? formatDouble(value) : `${value}`;
  if (value instanceof DuckDBTimestampTZValue) return `${milliseconds(value.micros)} UTC`;
  if (value instanceof DuckDBTimestampValue) return milliseconds(value.micros);
  if (value instanceof DuckDBListValue && type instanceof DuckDBListType)
    return `[${value.items.map((item) => formatValue(item, type.valueType) ?? 'null').join(', ')}]`;
  if (value instanceof DuckDBStructValue && type instanceof DuckDBStructType)
    return `{${type.entryNames
      .map((name, index) => {
        const entryType = type.entryTypes[index];
        const entry = value.entries[name];
        return `${name}=${(entryType && entry !== undefined && formatValue(entry, entryType)) || 'null'}`;
      })
      .join(', ')}}`;
  return String(value);
}

/** `2026-03-04 12:26:13.000` */
const milliseconds = (micros: bigint) =>
  new Date(Number(micros / 1000n)).toISOString().replace('T', ' ').replace('Z', '');

/** As Java writes doubles: always a fraction, an exponent below 1e-3 and from 1e7 on. */
function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-3 && size < 1e7)) return Number.isInteger(value) ? `${value}.0` : String(value);
  const [mantissa = '', exponent = ''] = value.toExponential().split('e');
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${Number(exponent)}`;
}

const GLUE: Record<string, string> = { string: 'VARCHAR', int: 'INTEGER', float: 'REAL', binary: 'BLOB' };

/** The DuckDB type of a Glue (Hive) column type; undefined for one that no table here uses. */
export function duckDbType(glue: string): string | undefined {
  const type = glue.trim().toLowerCase();
  if (/^(boolean|tinyint|smallint|bigint|double|date|timestamp|decimal\(\d+,\s*\d+\))$/.test(type))
    return type.toUpperCase();
  if (/^(varchar|char)(\(\d+\))?$/.test(type)) return 'VARCHAR';
  const array = /^array<(.+)>$/.exec(type);
  const element = array?.[1] === undefined ? undefined : duckDbType(array[1]);
  return element === undefined ? GLUE[type] : `${element}[]`;
}
