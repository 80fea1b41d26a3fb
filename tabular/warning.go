package tabular

import (
	"fmt"
	"strings"
)

// A WarningKind says what a warning is about.
type WarningKind string

// The kinds of warning.
const (
	ConstantColumns WarningKind = "constant columns"  // dropped, because every row has the same value
	IntegerColumns  WarningKind = "integer columns"   // their values lie on a grid
	TiedColumns     WarningKind = "tied columns"      // many equal values that lie on no grid
	CoarseColumns   WarningKind = "coarse columns"    // so far from 0 that few digits are left for the spread
	FewRows         WarningKind = "few rows"          // fewer rows than parameters
	Diverged        WarningKind = "training diverged" // a loss was not finite; the best parameters before it were kept
	Unverified      WarningKind = "unverified"        // the file that the model was loaded from has no checksum; not saved
	UnverifiedStart WarningKind = "unverified start"  // the checkpoint from which the fit was resumed has no checksum
	WildCells       WarningKind = "wild cells"        // cells so far from all others that their rows were left out
	MappedColumns   WarningKind = "mapped columns"    // columns with heavy tails or modes far apart, or combinations of others; fixed layers map them
	PlainGaussian   WarningKind = "plain Gaussian"    // the model is one Gaussian: no flow was better on the validation rows, or there are too few rows
	NotImproved     WarningKind = "not improved"      // no epoch was better than the warm start, which was kept
)

// A Warning is something about the data or the fit that a reader of the numbers should know.
type Warning struct {
	Kind    WarningKind `json:"kind"`
	Columns []string    `json:"columns,omitempty"` // the columns it is about
	Text    string      `json:"text"`
}

// String is the text followed by the columns.
func (w Warning) String() string {
	if len(w.Columns) == 0 {
		return w.Text
	}
	return fmt.Sprintf("%s: %s", w.Text, strings.Join(w.Columns, ", "))
}

// columnWarnings are the warnings about the columns of a table.
func columnWarnings(columns []Column, rows int, dequantized bool) (warnings []Warning) {
	names := map[WarningKind][]string{}
	for _, c := range columns {
		switch {
		case c.Dropped:
			names[ConstantColumns] = append(names[ConstantColumns], c.Name)
		case c.Coarse():
			names[CoarseColumns] = append(names[CoarseColumns], c.Name)
		case c.Quantum > 0:
			names[IntegerColumns] = append(names[IntegerColumns], c.Name)
		case c.Tied(rows):
			names[TiedColumns] = append(names[TiedColumns], c.Name)
		}
	}
	onGrid := "columns of values on a grid, where a density has no limit"
	if dequantized {
		onGrid = "columns of values on a grid, spread over one step of it: log p there is a density per unit, not the logarithm of a probability"
	}
	for _, w := range []Warning{
		{Kind: ConstantColumns, Text: "constant columns, dropped: log p is of the others"},
		{Kind: IntegerColumns, Text: onGrid},
		{Kind: CoarseColumns, Text: "columns so far from 0 that their spread is few of the steps between numbers: a value stands for one step, and exp(log p) " +
			"times the step is a probability"},
		{Kind: TiedColumns, Text: "columns with many equal values: log p there depends on how much the fit smooths"},
	} {
		if w.Columns = names[w.Kind]; w.Columns != nil {
			warnings = append(warnings, w)
		}
	}
	return warnings
}
