"""Writes typed.parquet, typed.arrow (a file of Arrow) and typed.arrows (a stream, packed), one table, and typed.csv, as which it is passed
on with a column more; and nested.parquet: python typed.py, with pyarrow. The text comes from Python alone."""
import datetime as dt
import decimal
import uuid

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

D = decimal.Decimal
N = 12
columns, texts = {}, {}


def column(name, values, kind, text):
    values = [values[i % len(values)] for i in range(N)]
    columns[name] = pa.array(values, kind)
    texts[name] = ["" if v is None else text(v) for v in values]


def number(v):
    text = repr(float(v))
    return text[:-2] if text.endswith(".0") else text


def moment(per_second, zone=""):
    def text(v):
        seconds, rest = divmod(v, per_second)
        at = dt.datetime(1970, 1, 1) + dt.timedelta(seconds=seconds)
        return at.strftime("%Y-%m-%dT%H:%M:%S.").zfill(20) + str(rest).zfill(len(str(per_second)) - 1) + zone
    return text


def clock(per_second):
    text = moment(per_second)
    return lambda v: text(v)[11:]


def escaped(b):
    return "".join(chr(c) if 32 <= c < 127 and c != 92 else "\\x%02X" % c for c in b)


def quoted(s):
    return '"' + s.replace('"', '""') + '"' if s == "" or any(c in s for c in ',"\r\n') else s


rng = np.random.default_rng(1)
column("x", list(rng.normal(size=N)), pa.float64(), number)
column("y", list(rng.integers(-64, 64, N) / 8), pa.float32(), number)
for bits in (8, 16, 32, 64):
    column(f"i{bits}", [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1, None, 0], getattr(pa, f"int{bits}")(), str)
    column(f"u{bits}", [2**bits - 1, None, 0], getattr(pa, f"uint{bits}")(), str)
column("id", [9007199254740993, 1000000, -9007199254740993], pa.int64(), str)
column("half", [np.float16(v) for v in (1.5, -0.25, 6.103515625e-05, 65504)], pa.float16(), number)
column("real", [1e6, -2.5, None, 0.1, 123456789.125], pa.float64(), number)
for name, kind in ("dec4", pa.decimal128(7, 2)), ("dec8", pa.decimal128(17, 5)), ("dec16", pa.decimal128(38, 10)), ("dec32", pa.decimal256(70, 30)):
    places = D(1).scaleb(-kind.scale)
    with decimal.localcontext() as c:
        c.prec = 76
        values = [D("-0.05").quantize(places), D("12345.67").quantize(places), None, D("0").quantize(places), D("-99999.99").quantize(places)]
    column(name, values, kind, lambda v: format(v, "f"))
column("dec0", [D("-12345678901234567890123456789012345678"), None, D(5)], pa.decimal128(38, 0), str)
column("date", [dt.date(2024, 2, 29), dt.date(1, 1, 1), dt.date(1969, 12, 31), None, dt.date(9999, 12, 31)], pa.date32(),
       lambda v: v.isoformat())
column("time_ms", [86399999, 0, None], pa.time32("ms"), clock(10**3))
column("time_us", [86399999999, None, 1], pa.time64("us"), clock(10**6))
column("time_ns", [86399999999999, 1, None], pa.time64("ns"), clock(10**9))
for unit, per_second in ("ms", 10**3), ("us", 10**6), ("ns", 10**9):
    values = [1700000000123456789 * per_second // 10**9, -1, None, 0, -5_000_000_000 * per_second]
    column(f"at_{unit}", values, pa.timestamp(unit), moment(per_second))
    column(f"utc_{unit}", values, pa.timestamp(unit, "UTC"), moment(per_second, "Z"))
column("text", ["", 'a, "b"', "007", "x\ny", "  sp ", "1e+06", None, "NA", "é"], pa.string(), quoted)
column("bytes", [b"\x00\xff\\", b"abc", None], pa.binary(), escaped)
column("fixed", [b"abcd", b"\x00\x01\x02\xff", None], pa.binary(4), escaped)
column("bool", [True, False, None], pa.bool_(), lambda v: str(v).lower())
column("none", [None], pa.null(), str)
column("uuid", [uuid.UUID(int=i * 10**30 + 7) for i in range(N)], pa.uuid(), str)
columns["kind"] = pa.array(["x", "y", None] * (N // 3)).dictionary_encode()
texts["kind"] = ["x", "y", ""] * (N // 3)
columns["of"] = pa.array([{"p": 2**60 + 1, "q": "u"}, None, {"p": None, "q": "v"}] * (N // 3))
texts["of.p"], texts["of.q"] = [str(2**60 + 1), "", ""] * (N // 3), ["u", "", "v"] * (N // 3)

pq.write_table(pa.table(columns), "typed.parquet", row_group_size=5, compression="snappy")
with pa.ipc.new_file("typed.arrow", pa.table(columns).schema) as out:
    out.write_table(pa.table(columns), max_chunksize=5)
with pa.ipc.new_stream("typed.arrows", pa.table(columns).schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as out:
    out.write_table(pa.table(columns), max_chunksize=5)
pq.write_table(pa.table({
    "x": columns["x"],
    "tags": pa.array([["a", None], [], None, ["b"]] * (N // 4)),
    "deep": pa.array([[[1], [2, 3]], None, [[], None], []] * (N // 4), pa.list_(pa.list_(pa.int64()))),
    "map": pa.array([[("k", 2**60 + 1)], [], None] * (N // 3), pa.map_(pa.string(), pa.int64())),
}), "nested.parquet", row_group_size=5)
with open("typed.csv", "w", newline="") as f:
    f.write(",".join(texts) + ",score\n")
    for i in range(N):
        f.write(",".join(t[i] for t in texts.values()) + ",0.5\n")
