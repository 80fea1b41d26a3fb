"""Writes deltas.parquet: python deltas.py, with duckdb. Its numbers of 32 bits are packed as differences of 64, and those of both only in
the second row group; parquet_test.go has the same formulas."""
import duckdb

duckdb.sql("""
copy (select
    (i * 2654435761 % 4294967296)::uinteger as wide,
    case when i % 7 <> 0 then (i * 2654435761 % 4294967296 - 2147483648)::integer end as signed,
    case when i < 2048 then (i % 5)::integer else (i * 2654435761 % 4294967296 - 2147483648)::integer end as both,
    date '1970-01-01' + (i * 4001 % 40000)::integer as day,
    [(i * 2654435761 % 4294967296)::uinteger, 7] as list
  from range(2058) t(i) order by i)
to 'deltas.parquet' (format parquet, parquet_version v2, row_group_size 2048)""")
