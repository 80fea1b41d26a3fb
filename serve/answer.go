package serve

import (
	"encoding/json"
	"net/http"
	"strings"

	"gaussflow/internal/csvcell"
)

// A kind is a format in which rows are written.
type kind int

const (
	asJSON  kind = iota // an object, or an array of objects
	asLines             // one object a line
	asCSV
)

var contentTypes = [...]string{"application/json", "application/x-ndjson", "text/csv; charset=utf-8"}

// accepted is the kind that an Accept header asks for, or otherwise if it accepts anything.
func accepted(accept string, otherwise kind) (kind, error) {
	if accept == "" {
		return otherwise, nil
	}
	any := false
	for part := range strings.SplitSeq(accept, ",") {
		media, _, _ := strings.Cut(part, ";")
		switch strings.ToLower(strings.TrimSpace(media)) {
		case "application/json":
			return asJSON, nil
		case "application/x-ndjson", "application/jsonl", "application/ndjson":
			return asLines, nil
		case "text/csv":
			return asCSV, nil
		case "*/*", "application/*", "text/*":
			any = true
		}
	}
	if !any {
		return 0, refuse(http.StatusNotAcceptable, "Accept is %.60q, want application/json, application/x-ndjson or text/csv", accept)
	}
	return otherwise, nil
}

// A rowWriter writes rows. In place of a row without numbers it writes the reason.
type rowWriter struct {
	kind    kind
	single  bool // for JSON: one object, not an array
	columns []Column
	text    func(dst []byte, column int, v float64) []byte
	reasons bool // rows without numbers are possible

	names [][]byte // for JSON: {"name": and ,"name":
	cell  []byte
	begun bool
}

func newRowWriter(k kind, single bool, q *question) *rowWriter {
	w := &rowWriter{kind: k, single: single, columns: q.writes, text: q.text, reasons: q.reads != nil}
	for j, c := range q.writes {
		name := append([]byte{","[0]}, quote(c.Name)...)
		if j == 0 {
			name[0] = '{'
		}
		w.names = append(w.names, append(name, ':'))
	}
	return w
}

// quote writes a text as JSON.
func quote(s string) []byte {
	text, err := json.Marshal(s)
	if err != nil { // cannot happen for a string
		panic(err)
	}
	return text
}

// begin appends what comes before the first row.
func (w *rowWriter) begin(dst []byte) []byte {
	switch {
	case w.kind == asJSON && !w.single:
		return append(dst, '[')
	case w.kind == asCSV:
		for j, c := range w.columns {
			if j > 0 {
				dst = append(dst, ',')
			}
			dst = appendCell(dst, []byte(c.Name))
		}
		if w.reasons {
			dst = append(dst, ",reason"...)
		}
		return append(dst, '\n')
	}
	return dst
}

// row appends a row.
func (w *rowWriter) row(dst []byte, values []float64, reason error) []byte {
	if w.kind == asCSV {
		return w.record(dst, values, reason)
	}
	if w.begun && w.kind == asJSON {
		dst = append(dst, ",\n"...)
	}
	w.begun = true
	dst = w.object(dst, values, reason)
	if w.kind == asLines {
		dst = append(dst, '\n')
	}
	return dst
}

func (w *rowWriter) object(dst []byte, values []float64, reason error) []byte {
	if reason != nil {
		return append(append(append(dst, `{"reason":`...), quote(reason.Error())...), '}')
	}
	for j, v := range values {
		dst = append(dst, w.names[j]...)
		switch {
		case !known(v): // JSON has neither infinities nor NaN
			dst = append(dst, "null"...)
		case w.columns[j].Text:
			w.cell = w.text(w.cell[:0], j, v)
			dst = append(dst, quote(string(w.cell))...)
		default:
			dst = w.text(dst, j, v)
		}
	}
	return append(dst, '}')
}

func (w *rowWriter) record(dst []byte, values []float64, reason error) []byte {
	for j := range w.columns {
		if j > 0 {
			dst = append(dst, ',')
		}
		switch {
		case reason != nil:
		case w.columns[j].Text:
			w.cell = w.text(w.cell[:0], j, values[j])
			dst = appendCell(dst, w.cell)
		default:
			dst = w.text(dst, j, values[j])
		}
	}
	if w.reasons {
		dst = append(dst, ',')
		if reason != nil {
			dst = appendCell(dst, []byte(reason.Error()))
		}
	}
	return append(dst, '\n')
}

// end appends what comes after the last row.
func (w *rowWriter) end(dst []byte) []byte {
	switch {
	case w.kind == asJSON && !w.single:
		return append(dst, "]\n"...)
	case w.kind == asJSON:
		return append(dst, '\n')
	}
	return dst
}

// appendCell appends a cell of CSV. It is quoted if necessary, and also if it begins with a space, which some readers
// drop.
func appendCell(dst, cell []byte) []byte {
	if len(cell) > 0 && cell[0] == ' ' {
		return csvcell.AppendQuoted(dst, cell)
	}
	return csvcell.Append(dst, cell, ',')
}
