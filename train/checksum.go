package train

import (
	"encoding/binary"
	"fmt"
	"hash/crc64"
	"math"
)

// checksum is a CRC-64 of rows and their weights.
type checksum struct {
	sum uint64
	raw []byte // the bytes of a row
}

var ecma = crc64.MakeTable(crc64.ECMA)

func (c *checksum) add(row []float64, weight float64) {
	c.raw = c.raw[:0]
	for _, v := range row {
		c.raw = binary.LittleEndian.AppendUint64(c.raw, math.Float64bits(v))
	}
	c.raw = binary.LittleEndian.AppendUint64(c.raw, math.Float64bits(weight))
	c.sum = crc64.Update(c.sum, ecma, c.raw)
}

// extent identifies a table: its shape and checksum.
type extent struct {
	rows, dim int
	sum       uint64
}

func (e extent) String() string { return fmt.Sprintf("%d×%d, checksum %016x", e.rows, e.dim, e.sum) }
