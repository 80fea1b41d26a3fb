package flows

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// What can be wrong with a model file, beside the errors of package safetensors. Each error of Load wraps one
// of these, an error of safetensors or one of the file system, and says where.
var (
	ErrFormat        = errors.New("this is no gaussflow model")
	ErrVersion       = errors.New("the model is of a version that this program does not know")
	ErrArchitecture  = errors.New("the model's description makes no flow")
	ErrMissingTensor = errors.New("a tensor is missing")
	ErrExtraTensor   = errors.New("a tensor belongs to no layer")
	ErrTensor        = errors.New("a tensor is not what its layer has")
	ErrNonFinite     = errors.New("a parameter is not a finite number")
)

// A FileError reports a file that holds no readable model.
type FileError struct {
	Op, Path string
	Err      error
}

func (e *FileError) Error() string { return fmt.Sprintf("flows: %s: %s: %v", e.Op, e.Path, e.Err) }

// Unwrap returns the cause.
func (e *FileError) Unwrap() error { return e.Err }

// A ContentError says what is wrong with the content of a model file. Its other fields use the file's terms; Err is the error of
// the code that found the fault.
type ContentError struct {
	Kind  error  // one of the above
	Where string // a layer or a tensor; "" for the file as a whole
	What  string // got and want; "" where Err says it
	Err   error  // or nil
}

func (e *ContentError) Error() string {
	var text []string
	if e.Kind != nil {
		text = append(text, e.Kind.Error())
	}
	for _, part := range []string{e.Where, e.What} {
		if part != "" {
			text = append(text, part)
		}
	}
	if e.Err != nil {
		text = append(text, e.Err.Error())
	}
	return strings.Join(text, ": ")
}

// Unwrap returns the kind and the cause.
func (e *ContentError) Unwrap() []error {
	return slices.DeleteFunc([]error{e.Kind, e.Err}, func(err error) bool { return err == nil })
}

// A ColumnNameError reports a column name that a model file cannot hold.
type ColumnNameError struct{ Name string }

func (e *ColumnNameError) Error() string {
	return fmt.Sprintf("flows: Metadata: the column name %q is not UTF-8", e.Name)
}
