package data

import (
	"io"
	"sync"
)

// replay lets a stream be read again from its start, as long as what has been read of it fits the limit.
type replay struct {
	mu    sync.Mutex
	src   io.Reader
	limit int64
	kept  []byte // the first bytes; nil once they no longer fit
	taken int64  // bytes read from src: len(kept), or more
	lost  bool   // kept has been given up
	err   error  // the last error of src
}

// replayReader is one pass over a replay.
type replayReader struct {
	*replay
	at int64
}

// Read returns the bytes kept, then those of the stream. A pass that starts too late gets ErrOnce.
func (r *replayReader) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.at < r.taken {
		if r.lost {
			return 0, ErrOnce
		}
		n := copy(p, r.kept[r.at:])
		r.at += int64(n)
		return n, nil
	}
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.src.Read(p)
	r.keep(p[:n])
	r.at = r.taken
	r.err = err
	return n, err
}

// once gives up the bytes kept as soon as more is read.
func (r *replay) once() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.limit = 0
}

func (r *replay) keep(p []byte) {
	r.taken += int64(len(p))
	if r.lost = r.taken > r.limit; r.lost {
		r.kept = nil
		return
	}
	r.kept = append(r.kept, p...)
}
