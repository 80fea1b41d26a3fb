package serve

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/go-json-experiment/json/jsontext"
)

// A source reads the rows of a body.
type source interface {
	// fill fills a batch that has been reset. It returns io.EOF at the end, and another error if what follows cannot be read. In
	// both cases the batch may contain rows; fill is not called again then.
	fill(b *batch) error
	close()
}

// arraySource reads an object, or an array of objects.
type arraySource struct {
	p       *rowParser
	bound   *rowBound
	d       *jsontext.Decoder
	width   int
	array   bool
	started bool
	ended   bool
}

func newArraySource(q *question, in io.Reader, limits *Limits) *arraySource {
	bound := &rowBound{src: in, most: limits.Row}
	return &arraySource{p: newRowParser(q, limits), bound: bound, d: jsontext.NewDecoder(bound), width: len(q.reads)}
}

func (s *arraySource) close() {}

func (s *arraySource) fill(b *batch) error {
	if !s.started {
		s.started = true
		if s.array = s.d.PeekKind() == '['; s.array {
			if _, err := s.d.ReadToken(); err != nil {
				return malformed(err)
			}
		}
	}
	for !b.full() && !s.ended {
		if err := s.next(b); err != nil {
			return malformed(err)
		}
	}
	if s.ended {
		return io.EOF
	}
	return nil
}

func (s *arraySource) next(b *batch) error {
	if s.array && s.d.PeekKind() == ']' {
		if _, err := s.d.ReadToken(); err != nil {
			return err
		}
		return s.end()
	}
	reason, err := s.p.parse(s.d, b.values[b.n*s.width:(b.n+1)*s.width])
	if err != nil {
		return err
	}
	b.add(reason)
	s.bound.done = s.d.InputOffset()
	if !s.array {
		return s.end()
	}
	return nil
}

// end requires that nothing more follows.
func (s *arraySource) end() error {
	s.ended = true
	if _, err := s.d.ReadToken(); !errors.Is(err, io.EOF) {
		return refuse(http.StatusBadRequest, "there is something after the JSON value, want nothing (of several rows, an array, or lines as application/x-ndjson)")
	}
	return nil
}

// rowBound fails once a row has become too long.
type rowBound struct {
	src              io.Reader
	read, done, most int64
}

func (r *rowBound) Read(p []byte) (int, error) {
	if r.read-r.done > r.most {
		return 0, refuse(http.StatusRequestEntityTooLarge, "a row has more than %d bytes, want fewer", r.most)
	}
	n, err := r.src.Read(p[:min(len(p), int(r.most))]) // bytes read ahead count too
	r.read += int64(n)
	return n, err
}

// lineSource reads one object a line. For a line that is no object it gives the reason; empty lines are skipped.
type lineSource struct {
	p     *rowParser
	lines *bufio.Scanner
	width int
}

func newLineSource(q *question, in io.Reader, limits *Limits) *lineSource {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, int(min(limits.Row, 1<<30)))
	return &lineSource{p: newRowParser(q, limits), lines: lines, width: len(q.reads)}
}

func (s *lineSource) close() {}

func (s *lineSource) fill(b *batch) error {
	for !b.full() {
		if !s.lines.Scan() {
			return s.failed()
		}
		line := bytes.TrimSpace(s.lines.Bytes())
		if len(line) == 0 {
			continue
		}
		reason, err := s.p.one(line, b.values[b.n*s.width:(b.n+1)*s.width])
		if err != nil {
			reason = fmt.Errorf("the line is no row: %w", err)
		}
		b.add(reason)
	}
	return nil
}

func (s *lineSource) failed() error {
	switch err := s.lines.Err(); {
	case err == nil:
		return io.EOF
	case errors.Is(err, bufio.ErrTooLong):
		return refuse(http.StatusRequestEntityTooLarge, "a line has more than %d bytes, want fewer", s.p.limits.Row)
	default:
		return unreadable(err)
	}
}
