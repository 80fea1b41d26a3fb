package main

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/internal/errtest"
	"gaussflow/tabular"
)

// TestService: both kinds of routes answer, and agree on which row is odd.
func TestService(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	x := mat.NewDense(400, 2, nil)
	for i := range 400 {
		a := rng.NormFloat64()
		x.SetRow(i, []float64{a, a + 0.1*rng.NormFloat64()})
	}
	model, err := tabular.Fit(context.Background(), []string{"a", "b"}, x, tabular.Config{Preset: tabular.Fast, Epochs: 3})
	errtest.None(t, err)
	path := filepath.Join(t.TempDir(), "m.gflow")
	errtest.None(t, model.Save(path))
	handler, err := newHandler(path)
	errtest.None(t, err)
	server := httptest.NewServer(handler)
	defer server.Close()
	for url, want := range map[string]string{
		"/odd?a=0&b=0": "false\n", "/odd?a=6&b=-6": "true\n", "/odd?a=0": "b is missing, want a number\n", "/odd?a=1e300&b=1": "true\n",
	} {
		if got := text(t)(http.Get(server.URL + url)); got != want {
			t.Errorf("%s: %q, want %q", url, got, want)
		}
	}
	got := text(t)(http.Post(server.URL+"/v1/models/penguins/score", "application/json", strings.NewReader(`{"a":6,"b":-6}`)))
	if !strings.Contains(got, `"tail_probability":0}`) {
		t.Errorf("score says %s, want a tail of 0", got)
	}
}

func text(t *testing.T) func(*http.Response, error) string {
	return func(answer *http.Response, err error) string {
		t.Helper()
		errtest.None(t, err)
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		errtest.None(t, err)
		return string(body)
	}
}
