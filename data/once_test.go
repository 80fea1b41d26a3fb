package data_test

import (
	"errors"
	"strings"
	"testing"

	"gaussflow/data"
)

// TestOnce: standard input is kept for further passes, unless Once says that there will be none.
func TestOnce(t *testing.T) {
	text := "a,b\n" + strings.Repeat("1,2\n", 50_000)
	f, err := data.Open("-", data.Options{Stdin: strings.NewReader(text)})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got := drain(t, f); got != 50_000 {
			t.Fatalf("%d rows, want 50000", got)
		}
	}
	f, err = data.Open("-", data.Options{Stdin: strings.NewReader(text)})
	if err != nil {
		t.Fatal(err)
	}
	f.Once()
	if got := drain(t, f); got != 50_000 {
		t.Fatalf("%d rows in the one pass, want 50000", got)
	}
	r, err := f.Rows()
	if err == nil {
		_, err = r.Read(make([]float64, 2))
	}
	if !errors.Is(err, data.ErrOnce) {
		t.Errorf("the second pass: %v, want ErrOnce", err)
	}
}
