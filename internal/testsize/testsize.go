// Package testsize makes tests smaller where the processor is emulated, which takes ten to a hundred times as long.
package testsize

import (
	"fmt"
	"os"
	"testing"
)

// Variable is the environment variable for the size: "full", which is the default, or "emulated".
const Variable = "GAUSSFLOW_TEST_SIZE"

// Of is full, or emulated if the environment says so. A smaller size only reduces repetition: every branch and every
// remainder of the code under test must still be reached.
func Of[T any](t testing.TB, full, emulated T) T {
	t.Helper()
	small, err := asked(os.Getenv(Variable))
	if err != nil {
		t.Fatal(err)
	}
	if small {
		return emulated
	}
	return full
}

// Emulated reports whether the environment asks for the smaller size, for use outside a test; an unknown value counts as full.
func Emulated() bool {
	small, _ := asked(os.Getenv(Variable))
	return small
}

func asked(size string) (emulated bool, err error) {
	switch size {
	case "", "full":
		return false, nil
	case "emulated":
		return true, nil
	}
	return false, fmt.Errorf("%s = %q, want full or emulated", Variable, size)
}
