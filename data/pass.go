package data

import (
	"errors"

	"gaussflow/columns"
)

// A Pass is one reading of the cells of a File, numbers or not: a columns.Pass over the selected columns.
type Pass struct {
	file  *File
	scan  scanner
	row   int
	fault string
	text  []byte
	err   error // the error that ended the pass

	keep    form
	comma   byte
	numbers []float64 // the columns that a record holds as numbers
	record  []byte
}

var (
	_ columns.ListTable  = (*File)(nil)
	_ columns.CommaTable = (*File)(nil)
)

// Pass starts a pass before the first row.
func (f *File) Pass() (columns.Pass, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	s, err := f.layout.scan(f.pick, cellsOnly)
	if err != nil {
		return nil, err
	}
	return &Pass{file: f, scan: s}, nil
}

// RecordPass starts a pass that keeps each row whole, including columns that are not read, in the form that w writes:
// see Pass.Record.
func (f *File) RecordPass(w *RecordWriter) (*Pass, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	if w == nil || w.rows == nil {
		return nil, errors.New("data: File.RecordPass: the RecordWriter is nil or zero: CreateRecords makes one")
	}
	s, err := f.layout.scan(w.pick, w.keep)
	if err != nil {
		return nil, err
	}
	p := &Pass{file: f, scan: s, keep: w.keep, comma: w.comma}
	if w.keep == asValues {
		p.numbers = make([]float64, len(w.pick))
	}
	return p, nil
}

// Record is the whole current row, for RecordWriter.WriteRecord. For a row that cannot be read it is what is known of it, with as
// many cells as other rows have. It is nil in a pass that was not started by RecordPass, and valid until the next row.
func (p *Pass) Record() ([]byte, error) {
	if p == nil || p.scan == nil || p.row == 0 || p.err != nil {
		return nil, nil
	}
	var err error
	p.record = p.record[:0]
	switch {
	case p.keep == asText && p.fault != "":
		p.record = p.scan.(faultyScanner).appendFaulty(p.record, p.comma)
	case p.keep == asText:
		p.record = p.scan.appendText(p.record, p.comma)
	case p.keep == asValues && p.fault == "":
		p.record, err = p.scan.appendValues(p.record, p.numbers)
	case p.keep == asValues:
		p.record = p.scan.(faultyScanner).appendNulls(p.record)
	}
	return p.record, err
}

// errPass is the error of a zero or closed Pass.
var errPass = errors.New("data: Pass: zero or closed: File.Pass makes one")

// Next goes to the next row.
func (p *Pass) Next() error {
	if p == nil || p.scan == nil {
		return errPass
	}
	if p.err != nil {
		return p.err
	}
	p.fault = ""
	err := p.scan.next(p.numbers)
	var fault *rowFault
	if errors.As(err, &fault) {
		p.fault, err = fault.Reason(), nil
	}
	if p.err = err; err == nil {
		p.row++
	}
	return err
}

// Fault says why the present row cannot be read.
func (p *Pass) Fault() string {
	if p == nil {
		return ""
	}
	return p.fault
}

// readable reports whether the current row can be read and has a column j.
func (p *Pass) readable(j int) bool {
	return p != nil && p.scan != nil && p.row > 0 && p.err == nil && p.fault == "" && j >= 0 && j < len(p.file.pick)
}

// Number is column j as a number, if the table stores numbers.
func (p *Pass) Number(j int) (v float64, ok bool) {
	if !p.readable(j) {
		return 0, false
	}
	return p.scan.number(p.file.pick[j])
}

// Text is column j as it is written.
func (p *Pass) Text(j int) []byte {
	if !p.readable(j) {
		return nil
	}
	p.text = p.scan.cell(p.text[:0], p.file.pick[j])
	return p.text
}

// Place is the position of the current row.
func (p *Pass) Place() (row, line int) {
	if p == nil || p.scan == nil || p.row == 0 {
		return 0, 0
	}
	return p.row, p.scan.line()
}

// Close ends the pass.
func (p *Pass) Close() error {
	if p == nil || p.scan == nil {
		return nil
	}
	s := p.scan
	p.scan = nil
	return s.Close()
}
