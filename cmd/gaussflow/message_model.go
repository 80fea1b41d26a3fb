package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"gaussflow/flows"
	"gaussflow/graph/safetensors"
	"gaussflow/internal/strictjson"
	"gaussflow/layers"
	"gaussflow/tabular"
	"gaussflow/train"
)

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

// container holds the texts for what is wrong with a file before it is known to be a model.
var container = []phrase{
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

func sayContainer(err error) (string, bool) { return phrased(container, err) }

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
		} else if e.What == "" {
			text = append(text, "a value there is not one that it can have")
		}
	}
	return strings.Join(text, ": ")
}

func saySetting(e *layers.SettingError) string {
	return fmt.Sprintf("%s: got %s, want %s", e.Name(), e.Got, e.Want)
}

func sayJSONSyntax(e *json.SyntaxError) string {
	return fmt.Sprintf("it is not JSON at byte %d", e.Offset)
}

func sayUnknown(e *strictjson.UnknownError) string {
	return fmt.Sprintf("it has %q, which is not known", e.Name)
}
