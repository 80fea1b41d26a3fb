// Package testsize lets tests be smaller where the processor is emulated, which takes ten to a hundred times as long.
package testsize

import (
	"fmt"
	"os"
	"testing"
)

// Variable is the environment variable that names the size: "full", the same as none, or "emulated".
const Variable = "GAUSSFLOW_TEST_SIZE"

// Of is full, or emulated where the environment asks for that. A smaller size leaves out repetition only: every branch and
// every remainder of the code under test is still reached.
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

// Emulated reports whether the environment asks for the smaller size, where there is no test to fail: what it does not know is full.
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
