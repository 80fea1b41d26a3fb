package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"strconv"
	"strings"
	"syscall"

	"github.com/spf13/pflag"

	"gaussflow/data"
	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/graph/kernel"
	"gaussflow/graph/safetensors"
	"gaussflow/internal/registry"
	"gaussflow/internal/strictjson"
	"gaussflow/layers"
	"gaussflow/report"
	"gaussflow/tabular"
	"gaussflow/train"
)

// message is an error in the words of the person at the prompt: where, in a file, what, and what is wanted. The errors of the library
// keep the words of its code for those who call it; here, and only here, what they say in their fields is said for those who do not.
func message(err error) string {
	if text, ok := worded(err); ok {
		return text
	}
	return err.Error()
}

// worded is what the sayings make of an error; ok is false where none knows it.
func worded(err error) (text string, ok bool) {
	if several, ok := err.(interface{ Unwrap() []error }); ok { //nolint:errorlint // of errors.Join itself, not of what it may wrap
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

// A saying puts one type of error into words; ok is false where err is of another type.
type saying func(err error) (text string, ok bool)

// as is the saying of errors that are an E, or wrap one.
func as[E error](say func(e E) string) saying {
	return func(err error) (string, bool) {
		var e E
		if !errors.As(err, &e) {
			return "", false
		}
		return say(e), true
	}
}

// sayings are tried in order: what knows more of where comes first.
var sayings []saying

func init() { // they call message
	sayings = []saying{
		as(func(e *unwritable) string { return e.flag + ": " + message(e.err) }),
		as(func(e *located) string { return e.where + ": " + message(e.err) }),
		as(sayOtherFit), as(sayUnkept),
		as(func(e *data.FormatError) string { return where(e.File, e.Line) + inColumn(e.Column) + ": " + e.What }),
		as(func(e *data.ColumnError) string {
			return fmt.Sprintf("%s: no column %s; it has %s", e.File, quoted(e.Missing), quoted(e.Have))
		}),
		as(func(e *data.CellError) string {
			return fmt.Sprintf("%s: column %q, %v is not a finite number", e.File, e.Column, e.Cell)
		}),
		as(sayMissing), as(sayCategories), as(sayEmpty), as(sayWrite),
		as(sayModel),
		as(sayConfig),
		as(func(e *tabular.FewRowsError) string {
			return fmt.Sprintf("want at least %d rows, three to fit to and one to choose when to stop, got %d", e.Want, e.Got)
		}),
		as(sayConstant), as(sayRow), as(func(e *tabular.SpreadError) string { return e.Error() }), as(func(e *report.UnfitError) string { return e.What }),
		as(func(e *graph.SizeError) string {
			return fmt.Sprintf("%s would be too much, want at most %d numbers", e.Got, e.Most)
		}),
		as(func(e *flows.RowError) string { return e.Reason() }),
		as(sayFlagValue),
		as(sayContent), sayContainer, as(saySetting),
		as(func(e *registry.KindError) string {
			return fmt.Sprintf("the kind %q is not known, want one of %s", e.Kind, quoted(e.Known))
		}),
		as(func(e *kernel.ClampError) string {
			return fmt.Sprintf("scale_clamp: got lo = %g and hi = %g, want lo = −hi and hi > 0 for a tanh, lo < hi for a sigmoid", e.Clamp.Lo, e.Clamp.Hi)
		}),
		as(sayJSONType), as(sayJSONSyntax), as(sayUnknown),
		as(func(e *tabular.FactError) string { return e.What }),
		as(sayPath), as(sayLink), as(saySystem),
	}
}

// A located error is one of which only the tool knows the file.
type located struct {
	where string
	err   error

	file string // where the error is a row's that stands on a line of it
	line int
}

func (e *located) Error() string { return e.where + ": " + e.err.Error() }

// Unwrap is the error.
func (e *located) Unwrap() error { return e.err }

// in says of which file an error is, nil where there is none.
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

// Of tables.

func badColumns(columns []data.BadColumn) string {
	c := make([]string, len(columns))
	for i, column := range columns {
		c[i] = column.String()
	}
	return listed(c, "; ")
}

func sayMissing(e *data.MissingError) string {
	return fmt.Sprintf("%s: cells that are missing or not finite numbers, in %d rows: %s", e.File, e.Rows, badColumns(e.Columns))
}

func sayCategories(e *data.CategoryError) string {
	return fmt.Sprintf("%s: columns that are text, not numbers, cannot be fitted: %s", e.File, badColumns(e.Columns))
}

func sayEmpty(e *data.EmptyError) string {
	if e.Dropped > 0 {
		return fmt.Sprintf("%s: no %s is left: all %d rows have cells that are missing or not numbers", e.File, e.What, e.Dropped)
	}
	return fmt.Sprintf("%s: it has no %s, want at least one", e.File, e.What)
}

func sayWrite(e *data.WriteError) string {
	if reason := e.Reason(); reason != "" {
		return e.File + ": " + reason
	}
	return "writing " + e.File + ": " + message(e.Err)
}

// Of fits.

// configFlags are the flags of the fields of tabular.Config.
var configFlags = map[string]string{
	"Preset": "--preset", "Family": "--family", "Dequantize": "--dequantize", "Blocks": "--blocks", "Components": "--components",
	"Hidden": "--hidden", "Epochs": "--epochs", "BatchSize": "--batch", "LearningRate": "--lr", "Patience": "--patience",
	"ValidationShare": "--validation-share", "Workers": "--workers", "Dtype": "--dtype",
}

func sayConfig(e *tabular.ConfigError) string {
	field, _, _ := strings.Cut(e.Field, "[")
	return fmt.Sprintf("%s %s, want %s", configFlags[field], e.Got, e.Want)
}

func sayConstant(e *tabular.ConstantError) string {
	if e.All {
		return fmt.Sprintf("every column has one value in all rows, want at least one that varies: %s", quoted(e.Columns))
	}
	return fmt.Sprintf("columns of one value in all rows have no density: %s", quoted(e.Columns))
}

func sayRow(e *tabular.RowError) string {
	return fmt.Sprintf("column %q is %v, so far from all other rows that its density is no finite number: correct the cell, or leave the row out", e.Column, e.Value)
}

// fitFlags are the flags that decide what a checkpoint's fit compares.
var differenceFlags = map[string]string{
	"seed": "--seed", "batch size": "--batch", "workers": "--workers", "epochs": "--epochs", "optimizer": "--lr",
	"schedule": "--lr, --epochs or --batch", "rows": "DATA, its columns or --seed", "validation": "DATA or --validation-share",
}

func sayOtherFit(e *train.OtherFitError) string {
	var others []string
	for _, d := range e.Differences {
		flag, known := differenceFlags[d.Name]
		switch {
		case known && !strings.ContainsAny(d.Got+d.Want, ".{,"):
			others = append(others, fmt.Sprintf("%s (%s, now %s)", flag, d.Got, d.Want))
		case known:
			others = append(others, flag)
		case len(others) == 0 || others[len(others)-1] != "the flow":
			others = append(others, "the flow")
		}
	}
	return "the checkpoint is of another fit: other " + listed(others, "; ") + "; without --resume the fit begins anew and replaces it"
}

func sayUnkept(e *train.UnkeptError) string {
	return fmt.Sprintf("the checkpoint %s could not be kept, so that this fit cannot be resumed: %s", e.Path, message(e.Err))
}

// Of models.

func sayModel(e *flows.FileError) string {
	var system *fs.PathError
	switch {
	case errors.As(e.Err, &system):
		return sayPath(system)
	case errors.Is(e.Err, tabular.ErrNoTable):
		return e.Path + ": the model has no facts of a table: its columns, log p of reference rows, how it was fitted. A fit writes them: gaussflow fit DATA"
	}
	return e.Path + ": " + message(e.Err)
}

// container are the words for what is wrong with a file before it is known to be a model.
var container = []struct {
	kind error
	text string
}{
	{safetensors.ErrTruncated, "the file ends too early: copy it again, or fit anew"},
	{safetensors.ErrTrailing, "there is something after the end of the model: copy it again, or fit anew"},
	{safetensors.ErrChecksum, "the checksum is wrong: the file is damaged. Copy it again, or fit anew"},
	{safetensors.ErrHeader, "this is no gaussflow model, as gaussflow fit writes them (a table is DATA, which comes after MODEL)"},
	{safetensors.ErrDuplicate, "a name appears twice in the file, which is damaged or was not written by this program"},
	{safetensors.ErrDtype, "the numbers of a tensor are of a type that models do not have"},
	{safetensors.ErrShape, "the shape of a tensor does not fit its numbers"},
	{safetensors.ErrOffsets, "the numbers of the tensors overlap, have gaps or lie outside the file"},
	{train.ErrCheckpoint, "this is no checkpoint of a fit; without --resume the fit begins anew and replaces it"},
}

func sayContainer(err error) (string, bool) {
	for _, c := range container {
		if errors.Is(err, c.kind) {
			return c.text, true
		}
	}
	return "", false
}

func sayContent(e *flows.ContentError) string {
	text := []string{e.Kind.Error()}
	for _, part := range []string{e.Where, e.What} {
		if part != "" {
			text = append(text, part)
		}
	}
	if e.Err != nil {
		if cause, ok := worded(e.Err); ok {
			text = append(text, cause)
		}
	}
	return strings.Join(text, ": ")
}

func saySetting(e *layers.SettingError) string {
	return fmt.Sprintf("%s: got %s, want %s", e.Name(), e.Got, e.Want)
}

func sayJSONType(e *json.UnmarshalTypeError) string {
	return fmt.Sprintf("%s is a JSON %s, want %s", e.Field, e.Value, jsonKind(e.Type))
}

// jsonKind is what JSON has for a type.
func jsonKind(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a string"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Slice, reflect.Array:
		return "an array"
	case reflect.Struct, reflect.Map, reflect.Pointer:
		return "an object"
	}
	return "a whole number that is not too large"
}

func sayJSONSyntax(e *json.SyntaxError) string {
	return fmt.Sprintf("it is not JSON at byte %d", e.Offset)
}

func sayUnknown(e *strictjson.UnknownError) string {
	return fmt.Sprintf("it has %q, which is not known", e.Name)
}

// Of the command line.

func sayFlagValue(e *pflag.InvalidValueError) string {
	want := map[string]string{
		"int": "a whole number", "uint64": "a whole number, not negative", "float64": "a number", "bool": "true or false",
		"intSlice": "whole numbers, as 64,64", "stringSlice": "names parted by commas",
	}[e.GetFlag().Value.Type()]
	if want == "" {
		want = "one of " + strings.ReplaceAll(e.GetFlag().Value.Type(), "|", ", ")
	}
	return fmt.Sprintf("--%s %q, want %s", e.GetFlag().Name, e.GetValue(), want)
}

// Of the system.

// systems are the words for what the system refuses.
var systems = []struct {
	kind error
	text string
}{
	{fs.ErrNotExist, "there is no such file or folder"},
	{fs.ErrPermission, "you have no permission"},
	{syscall.EISDIR, "is a folder, want a file"},
	{syscall.ENOTDIR, "a file stands where a folder should"},
	{syscall.ENOSPC, "no space is left on the device"},
	{os.ErrDeadlineExceeded, "it took too long"},
	{syscall.EPIPE, "the reader has gone"},
	{context.DeadlineExceeded, "it took too long"},
}

func sayPath(e *fs.PathError) string {
	switch e.Op {
	case "create a file in":
		return "a file in " + e.Path + " cannot be made: " + cause(e.Err)
	case "write", "sync", "close":
		return "writing " + e.Path + ": " + cause(e.Err)
	}
	return e.Path + ": " + cause(e.Err)
}

func sayLink(e *os.LinkError) string { return e.New + ": " + cause(e.Err) }

func saySystem(e syscall.Errno) string { return cause(e) }

func cause(err error) string {
	for _, s := range systems {
		if errors.Is(err, s.kind) {
			return s.text
		}
	}
	return err.Error()
}
