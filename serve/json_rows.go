package serve

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// rowParser reads JSON objects as rows of a question.
type rowParser struct {
	q      *question
	limits *Limits
	seen   []bool
	text   []byte
}

func newRowParser(q *question, limits *Limits) *rowParser {
	return &rowParser{q: q, limits: limits, seen: make([]bool, len(q.reads))}
}

// parse reads one value into dst. reason says why the value is no row; err says that what follows cannot be read.
func (p *rowParser) parse(d *jsontext.Decoder, dst []float64) (reason, err error) {
	if kind := d.PeekKind(); kind != '{' {
		if err = d.SkipValue(); err != nil {
			return nil, err
		}
		return fmt.Errorf("the row is %s, want an object of the columns", kindOf(kind)), nil
	}
	if _, err = d.ReadToken(); err != nil {
		return nil, err
	}
	clear(p.seen)
	for members := 0; d.PeekKind() != '}'; members++ {
		if members == p.limits.Columns {
			return nil, refuse(http.StatusRequestEntityTooLarge, "a row has more than %d members, want fewer", p.limits.Columns)
		}
		why, err := p.member(d, dst)
		if err != nil {
			return nil, err
		}
		if reason == nil {
			reason = why
		}
	}
	if _, err = d.ReadToken(); err != nil {
		return nil, err
	}
	for j := range p.seen {
		if !p.seen[j] && reason == nil {
			reason = p.cell(dst, j, nil)
		}
	}
	return reason, nil
}

// member reads a name and its value; a name that is no column's is skipped.
func (p *rowParser) member(d *jsontext.Decoder, dst []float64) (reason, err error) {
	raw, err := d.ReadValue()
	if err != nil {
		return nil, err
	}
	name := raw[1 : len(raw)-1]
	if bytes.IndexByte(name, '\\') >= 0 {
		if name, err = jsontext.AppendUnquote(p.text[:0], raw); err != nil {
			return nil, err
		}
	}
	j, ok := p.q.place[string(name)]
	if !ok {
		return nil, d.SkipValue()
	}
	p.seen[j] = true
	if raw, err = d.ReadValue(); err != nil {
		return nil, err
	}
	switch kind := raw.Kind(); kind {
	case '{', '[':
		return fmt.Errorf("column %q is %s, want one value", p.q.reads[j].Name, kindOf(kind)), nil
	case 'n':
		return p.cell(dst, j, nil), nil
	case '"':
		if p.text, err = jsontext.AppendUnquote(p.text[:0], raw); err != nil {
			return nil, err
		}
		return p.cell(dst, j, p.text), nil
	}
	return p.cell(dst, j, raw), nil
}

func (p *rowParser) cell(dst []float64, j int, text []byte) (reason error) {
	v, err := p.q.value(j, text)
	if err != nil {
		return fmt.Errorf("column %q %w", p.q.reads[j].Name, err)
	}
	dst[j] = v
	return nil
}

func kindOf(k jsontext.Kind) string {
	switch k {
	case '[':
		return "an array"
	case '{':
		return "an object"
	case '"':
		return "a text"
	case '0':
		return "a number"
	case 'n':
		return "null"
	}
	return "true or false"
}

// decoders are reused, because each has a buffer.
var decoders = sync.Pool{New: func() any { return &memoryDecoder{d: jsontext.NewDecoder(new(bytes.Buffer))} }}

// memoryDecoder reads JSON that is in memory.
type memoryDecoder struct {
	d    *jsontext.Decoder
	text bytes.Buffer
}

func borrowDecoder(text []byte) *memoryDecoder {
	m := decoders.Get().(*memoryDecoder)
	m.text.Reset()
	m.text.Write(text)
	m.d.Reset(&m.text)
	return m
}

func (m *memoryDecoder) release() { decoders.Put(m) }

// one reads a row from a text that contains nothing else.
func (p *rowParser) one(text []byte, dst []float64) (reason, err error) {
	m := borrowDecoder(text)
	defer m.release()
	if reason, err = p.parse(m.d, dst); err != nil {
		return nil, malformed(err)
	}
	if _, err = m.d.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, refuse(http.StatusBadRequest, "there is something after the JSON value, want nothing (of several rows, an array, or lines as application/x-ndjson)")
	}
	return reason, nil
}

// malformed says what is wrong with JSON.
func malformed(err error) error {
	var p *problem
	if errors.As(err, &p) {
		return p
	}
	var syntax *jsontext.SyntacticError
	if errors.Is(err, io.EOF) && !errors.As(err, &syntax) {
		return refuse(http.StatusBadRequest, "the body is empty, want JSON")
	}
	if syntax == nil && !errors.As(err, &syntax) {
		return unreadable(err)
	}
	if errors.Is(err, jsontext.ErrDuplicateName) {
		return refuse(http.StatusBadRequest, "an object has one name twice, want each once (near byte %d)", syntax.ByteOffset)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return refuse(http.StatusBadRequest, "the JSON ends before its end")
	}
	return refuse(http.StatusBadRequest, "no JSON: %v (near byte %d)", syntax.Err, syntax.ByteOffset)
}
