package train_test

import (
	"errors"
	"io"
	"sync/atomic"

	"gonum.org/v1/gonum/mat"

	"gaussflow/rows"
)

// stored is a source of rows in memory that behaves like a file, or misbehaves.
type stored struct {
	x       *mat.Dense
	most    int           // rows that a Read returns at most; 0 means as many as asked for
	late    bool          // io.EOF comes after the last rows, not with them
	failAt  int           // number of the row that cannot be read, from 1; 0 means none
	failure error         // the error that reading the row failAt returns
	lie     int           // count that Read returns in place of the true one
	wait    chan struct{} // every Read waits for it, unless nil
	open    atomic.Int32  // passes that are open now
	passes  atomic.Int32  // passes that were opened so far
}

func (s *stored) Dim() int { _, d := s.x.Dims(); return d }

func (s *stored) Open() (rows.Reader, error) {
	s.open.Add(1)
	s.passes.Add(1)
	return &storedRows{stored: s}, nil
}

type storedRows struct {
	*stored
	at int
}

func (r *storedRows) Read(dst []float64) (rows int, err error) {
	if r.wait != nil {
		<-r.wait
	}
	if r.lie != 0 {
		return r.lie, nil
	}
	n, d := r.x.Dims()
	room := len(dst) / d
	if r.most > 0 {
		room = min(room, r.most)
	}
	for ; rows < room && r.at < n; rows++ {
		if r.at+1 == r.failAt {
			return rows, r.failure
		}
		copy(dst[rows*d:], r.x.RawRowView(r.at))
		r.at++
	}
	if r.at == n && (rows == 0 || !r.late) {
		return rows, io.EOF
	}
	return rows, nil
}

func (r *storedRows) Close() error { r.open.Add(-1); return nil }

// unopened is a source that cannot be opened.
type unopened struct{ err error }

func (unopened) Dim() int                     { return 2 }
func (u unopened) Open() (rows.Reader, error) { return nil, u.err }

// stuck is a source whose Read has neither rows nor an error.
type stuck struct{}

func (stuck) Dim() int                           { return 2 }
func (stuck) Open() (rows.Reader, error)         { return stuck{}, nil }
func (stuck) Read([]float64) (rows int, _ error) { return 0, nil }
func (stuck) Close() error                       { return nil }

// empty is a source without rows.
type empty struct{ stuck }

func (empty) Open() (rows.Reader, error)         { return empty{}, nil }
func (empty) Read([]float64) (rows int, _ error) { return 0, io.EOF }

var errDisk = errors.New("disk on fire")
