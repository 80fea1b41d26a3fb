package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"gaussflow/columns"
	"gaussflow/data"
	"gaussflow/data/sql"
	"gaussflow/drift"
	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/graph/kernel"
	"gaussflow/info"
	"gaussflow/internal/registry"
	"gaussflow/internal/strictjson"
	"gaussflow/report"
	"gaussflow/tabular"
)

// message is an error in the user's terms: where, in which file, what, and what is wanted. The library's errors use the terms of
// its Go code, for those who call it. Here, and only here, the content of their fields is put into words for users of the command.
func message(err error) string {
	if text, ok := worded(err); ok {
		return text
	}
	return err.Error()
}

// worded is the text that the sayings make of an error; ok is false if none of them applies.
func worded(err error) (text string, ok bool) {
	if several, ok := err.(interface{ Unwrap() []error }); ok { //nolint:errorlint // only a joined error itself, not one that is wrapped
		if joined := errors.Join(several.Unwrap()...); joined.Error() == err.Error() {
			var lines []string
			for _, e := range several.Unwrap() {
				lines = append(lines, message(e))
			}
			return strings.Join(lines, "; "), true
		}
	}
	for _, say := range sayings {
		if text, ok := say(err); ok {
			return text, true
		}
	}
	return "", false
}

// A saying puts one type of error into words; ok is false if err is of another type.
type saying func(err error) (text string, ok bool)

// as makes the saying for errors that are an E or wrap one.
func as[E error](say func(e E) string) saying {
	return func(err error) (string, bool) {
		var e E
		if !errors.As(err, &e) {
			return "", false
		}
		return say(e), true
	}
}

// reasonOf is an error's reason in words for readers.
func reasonOf[E interface{ Reason() string }](e E) string { return e.Reason() }

// A phrase is the text for errors that match a kind.
type phrase struct {
	kind error
	text string
}

// phrased is the text of the first of phrases that matches err; ok is false if none does.
func phrased(phrases []phrase, err error) (text string, ok bool) {
	for _, p := range phrases {
		if errors.Is(err, p.kind) {
			return p.text, true
		}
	}
	return "", false
}

// sayings are tried in order: those that know more of the place come first. Longer ones are in message_table.go,
// message_fit.go, message_model.go and message_system.go.
var sayings []saying

func init() { // in init, because the sayings call message
	sayings = []saying{
		as(func(e *unwritable) string { return e.flag + ": " + message(e.err) }),
		as(sayLocated),
		as(sayOtherFit), as(sayUnkept),
		as(func(e *data.FormatError) string { return where(e.File, e.Line) + inColumn(e.Column) + ": " + e.What }),
		as(func(e *sql.Error) string { return e.Database + ": " + e.Reason() }),
		as(func(e *data.ColumnError) string {
			return fmt.Sprintf("%s: no column %s; it has %s", e.File, quoted(e.Missing), quoted(e.Have))
		}),
		as(func(e *data.CellError) string {
			return fmt.Sprintf("%s: column %q, %v is not a finite number", e.File, e.Column, e.Cell)
		}),
		as(func(e *columns.SchemaError) string { return strings.TrimPrefix(e.Error(), "columns: schema: ") }),
		as(func(e *gapError) string { return e.what }), as(func(e *badRowsError) string { return e.Error() }),
		as(func(e *mistypedError) string { return e.Error() }), as(func(e *unscoredError) string { return e.Error() }),
		as(sayMixed), as(sayMissing), as(sayCategories), as(sayEmpty), as(sayWrite),
		as(sayModel),
		as(sayConfig),
		as(func(e *tabular.FewRowsError) string {
			return fmt.Sprintf("want at least %d rows, three to fit to and one to choose when to stop, got %d", e.Want, e.Got)
		}),
		as(sayConstant), as(sayRow), as(func(e *tabular.SpreadError) string { return e.Error() }), as(func(e *report.UnfitError) string { return e.What }),
		as(reasonOf[*info.DependentError]), as(reasonOf[*info.ConstantError]), as(reasonOf[*info.TiedError]), as(reasonOf[*info.FewRowsError]),
		as(reasonOf[*info.LevelsError]), as(reasonOf[*info.NamesError]), as(reasonOf[*info.SpreadError]), as(reasonOf[*drift.IncomparableError]),
		as(func(e *driftedError) string { return e.Error() }),
		as(func(e *graph.SizeError) string {
			return fmt.Sprintf("%s would be too much, want at most %d numbers", e.Got, e.Most)
		}),
		as(reasonOf[*flows.RowError]),
		as(sayFlagValue),
		as(sayContent), sayContainer, as(saySetting),
		as(func(e *registry.KindError) string {
			return fmt.Sprintf("the kind %q is not known, want one of %s", e.Kind, quoted(e.Known))
		}),
		as(func(e *strictjson.WordError) string {
			return fmt.Sprintf("the %s %q is not known, want one of %s", e.Name, e.Got, quoted(e.Known))
		}),
		as(func(e *kernel.ClampError) string {
			return fmt.Sprintf("scale_clamp: got lo = %g and hi = %g, want lo = −hi and hi > 0 for a tanh, lo < hi for a sigmoid", e.Clamp.Lo, e.Clamp.Hi)
		}),
		as(strictjson.Mistyped), as(sayJSONSyntax), as(sayUnknown),
		as(func(e *tabular.FactError) string { return e.What }),
		as(sayPath), as(sayLink), as(saySystem),
	}
}

// sayLocated names the file, unless the error does.
func sayLocated(e *located) string {
	text := message(e.err)
	if strings.HasPrefix(text, e.where+":") {
		return text
	}
	return e.where + ": " + text
}

// A located error adds to an error the file, which only the command knows.
type located struct {
	where string
	err   error

	file string // the file itself, if the error is about a row on one of its lines
	line int
}

func (e *located) Error() string { return e.where + ": " + e.err.Error() }

// Unwrap returns the error.
func (e *located) Unwrap() error { return e.err }

// in adds to an error the file that it is about; nil if err is nil.
func in(where string, err error) error {
	if err == nil {
		return nil
	}
	return &located{where: where, err: err}
}

func where(file string, line int) string {
	if line > 0 {
		return fmt.Sprintf("%s: line %d", file, line)
	}
	return file
}

func inColumn(name string) string {
	if name == "" {
		return ""
	}
	return fmt.Sprintf(": column %q", name)
}

// mostNames is how many names a message lists before it counts the rest.
const mostNames = 20

func listed(items []string, by string) string {
	if extra := len(items) - mostNames; extra > 0 {
		items = append(items[:mostNames:mostNames], fmt.Sprintf("and %d more", extra))
	}
	return strings.Join(items, by)
}

func quoted(names []string) string {
	q := make([]string, len(names))
	for i, n := range names {
		q[i] = strconv.Quote(n)
	}
	return listed(q, ", ")
}
