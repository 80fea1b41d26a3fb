package main

import (
	"errors"
	"fmt"
	"strings"

	"gaussflow/tabular"
	"gaussflow/train"
)

// configFlags are the flags for fields of tabular.Config.
var configFlags = map[string]string{
	"Preset": "--preset", "Family": "--family", "Dequantize": "--dequantize", "Blocks": "--blocks", "Components": "--components",
	"Hidden": "--hidden", "Epochs": "--epochs", "BatchSize": "--batch", "LearningRate": "--lr", "Patience": "--patience",
	"ValidationShare": "--validation-share", "Workers": "--workers", "Dtype": "--dtype",
}

func sayConfig(e *tabular.ConfigError) string {
	field, _, _ := strings.Cut(e.Field, "[")
	want := e.Want
	if field == "ValidationShare" { // 0 means the default in a Config, but is refused as a flag
		want, _, _ = strings.Cut(want, " (0:")
	}
	return fmt.Sprintf("%s %s, want %s", configFlags[field], e.Got, want)
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

// sayMixed is an error of the fit of an any-order density, without the names of the code; the error that it wraps may
// know more.
func sayMixed(e *tabular.MixedError) string {
	for err := e.Err; err != nil; err = errors.Unwrap(err) {
		if text, ok := worded(err); ok {
			return text
		}
	}
	return strings.TrimPrefix(e.Err.Error(), "mixed: Fit: ")
}

// differenceFlags are the flags that determine what a checkpoint compares.
var differenceFlags = map[string]string{
	"seed": "--seed", "batch size": "--batch", "workers": "--workers", "epochs": "--epochs", "optimizer": "--lr",
	"schedule": "--lr, --epochs or --batch", "rows": "DATA, its columns, --max-rows or --seed", "validation": "DATA or --validation-share",
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
