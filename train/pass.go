package train

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"

	"gaussflow/internal/defaults"
	"gaussflow/rows"
)

// A pass is one reading of a Source from start to end. It checks and counts the rows.
type pass struct {
	ctx    context.Context
	op     string // the caller's name in errors
	dim    int
	reader rows.Reader
	sum    *checksum // of the rows; nil if it is not needed
	rows   int       // rows read so far
	ended  bool      // the last row has been read
	idle   int       // consecutive reads that returned no row
}

func newPass(ctx context.Context, op string, src rows.Source) (*pass, error) {
	reader, err := src.Open()
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", op, err)
	case defaults.IsNil(reader):
		return nil, fmt.Errorf("%s: the source opened as nil, want a Reader", op)
	}
	return &pass{ctx: ctx, op: op, dim: src.Dim(), reader: reader}, nil
}

// blockNumbers is about how many numbers are read at once; a pass can be cancelled between two blocks.
const blockNumbers = 1 << 18

// read appends up to the given number of rows to dst, fewer only at the end of the source. Memory grows with the rows
// that are read, not with the number asked for.
func (p *pass) read(dst []float64, rows int) ([]float64, error) {
	for rows > 0 && !p.ended {
		from, numbers := len(dst), max(1, min(rows, blockNumbers/p.dim))*p.dim
		dst = slices.Grow(dst, numbers)
		n, err := p.block(dst[from : from+numbers])
		if err != nil {
			return dst, err
		}
		dst = dst[:from+n*p.dim]
		rows -= n
	}
	return dst, nil
}

// block makes one call of Read.
func (p *pass) block(dst []float64) (rows int, err error) {
	if err = p.ctx.Err(); err != nil {
		return 0, fmt.Errorf("%s: %w", p.op, err)
	}
	rows, err = p.reader.Read(dst)
	if room := len(dst) / p.dim; rows < 0 || rows > room {
		return 0, fmt.Errorf("%s: the source's Read returned %d rows, want 0 to %d", p.op, rows, room)
	}
	if bad := p.take(dst[:rows*p.dim]); bad != nil {
		return 0, bad
	}
	p.ended = err == io.EOF //nolint:errorlint // as for an io.Reader: a wrapped EOF means a truncated file
	if p.idle++; rows > 0 {
		p.idle = 0
	}
	switch {
	case err != nil && !p.ended:
		return 0, fmt.Errorf("%s: after %d rows: %w", p.op, p.rows, err)
	case p.idle > 100 && !p.ended:
		return 0, fmt.Errorf("%s: after %d rows: %w", p.op, p.rows, io.ErrNoProgress)
	case p.ended && p.rows == 0:
		return 0, fmt.Errorf("%s: the source has no rows, want at least one", p.op)
	}
	return rows, nil
}

// take checks and counts rows that have been read. A row that is not finite is a DomainError.
func (p *pass) take(block []float64) error {
	for ; len(block) > 0; block = block[p.dim:] {
		row := block[:p.dim]
		for j, v := range row {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return &rows.DomainError{Op: p.op, Row: p.rows, Col: j, Value: v}
			}
		}
		if p.sum != nil {
			p.sum.add(row, 1)
		}
		p.rows++
	}
	return nil
}
