package main

import (
	"strings"
	"testing"
)

// TestTable: the program prints all its lines, and the mean errors of some estimates are below their limits.
func TestTable(t *testing.T) {
	var out strings.Builder
	if err := run(&out, 2, `normal pair, ρ = 0.6|independent, d =  2, n =  500|a name and a number, shift 2|TC of a t.*columns' exp|seconds`); err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"MI, normal pair, ρ = 0.6, n = 5000", "TC of 6000 × 8", "TC of a t less that of its columns' exp"} {
		if !strings.Contains(out.String(), words) {
			t.Errorf("no line %q in\n%s", words, out.String())
		}
	}
	for _, line := range strings.Split(out.String(), "\n") {
		if strings.Contains(line, "less that of") && strings.Contains(line, "!") {
			t.Errorf("an increasing map changes a measure: %s", line)
		}
	}
}
