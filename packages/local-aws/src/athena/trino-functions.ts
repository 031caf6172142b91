/**
 * Functions of Athena's engine (Trino) that DuckDB lacks or means otherwise, as macros. Enters what a query of ours uses:
 * "Functions in Amazon Athena", Trino's "Functions and operators".
 */
export const trinoFunctions: string[] = [
  `from_iso8601_timestamp(text) AS CAST(text AS TIMESTAMP WITH TIME ZONE)`,
  `from_iso8601_date(text) AS CAST(text AS DATE)`,
  `to_iso8601(instant) AS strftime(CAST(instant AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%gZ')`,
  `from_unixtime(seconds) AS to_timestamp(seconds)`,
  `to_unixtime(instant) AS epoch(instant)`,
  `json_parse(text) AS CAST(text AS JSON)`,
  `json_format(value) AS CAST(value AS VARCHAR)`,
  `json_extract_scalar(value, path) AS json_extract_string(value, path)`,
  `json_size(value, path) AS json_array_length(value, path)`,
  `regexp_like(text, pattern) AS regexp_matches(text, pattern)`,
  `approx_distinct(value) AS approx_count_distinct(value)`,
  `arbitrary(value) AS any_value(value)`,
  `cardinality(list) AS len(list)`,
];
