// Package errtest holds assertions about errors for tests.
package errtest

import (
	"strings"
	"testing"
)

// None ends a test if there is an error.
func None(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Must is the value of a call that cannot fail in a test that is right.
func Must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Says fails a test if there is no error, or one whose text lacks one of the words.
func Says(t testing.TB, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("got no error, want one that says %q", words)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("error %q does not say %q", err, w)
		}
	}
}

// Of is the error that a call returns; a panic ends the test.
func Of(t testing.TB, call func() error) (err error) {
	t.Helper()
	defer func() {
		if p := recover(); p != nil {
			t.Fatalf("panic: %v", p)
		}
	}()
	return call()
}
