package serve_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/internal/errtest"
	"gaussflow/serve"
	"gaussflow/tabular"
)

// fitted is a model of a small table, fitted once.
var fitted = sync.OnceValues(func() (*tabular.Model, error) { return fit(1) })

// fit fits a model to three columns: a, b, which depends on a, and c, a constant.
func fit(seed uint64) (*tabular.Model, error) {
	rng := rand.New(rand.NewPCG(1, 2))
	x := mat.NewDense(300, 3, nil)
	for i := range 300 {
		a := rng.NormFloat64()
		x.SetRow(i, []float64{a, 2*a + rng.NormFloat64(), 7})
	}
	return tabular.Fit(context.Background(), []string{"a", "b", "c"}, x, tabular.Config{Preset: tabular.Fast, Family: tabular.Aligned, Epochs: 2, Seed: seed, DropConstant: true})
}

// saved writes the model to a file.
func saved(t *testing.T) (*tabular.Model, string) {
	t.Helper()
	m, err := fitted()
	errtest.None(t, err)
	path := filepath.Join(t.TempDir(), "m.gflow")
	errtest.None(t, m.Save(path))
	return m, path
}

// A service is a running Server.
type service struct {
	t *testing.T
	*serve.Server
	url   string
	path  string // the file of the model called m
	model *tabular.Model
	log   *bytes.Buffer
}

// run starts a real HTTP server with the model m, on a free port.
func run(t *testing.T, c serve.Config) *service {
	t.Helper()
	s := &service{t: t, log: &bytes.Buffer{}}
	if c.Models == nil {
		s.model, s.path = saved(t)
		c.Models = map[string]string{"m": s.path}
	}
	c.Log = slog.New(slog.NewTextHandler(&locked{w: s.log}, nil))
	var err error
	s.Server, err = serve.New(c)
	errtest.None(t, err)
	server := httptest.NewServer(s.Server)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// locked is a writer that several goroutines may use.
type locked struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// post sends a request, and returns the status and the body of the answer.
func (s *service) post(path, contentType, body string, header ...string) (int, string) {
	s.t.Helper()
	r, err := http.NewRequest(http.MethodPost, s.url+path, strings.NewReader(body))
	errtest.None(s.t, err)
	r.Header.Set("Content-Type", contentType)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return s.do(r)
}

func (s *service) get(path string) (int, string) {
	s.t.Helper()
	r, err := http.NewRequest(http.MethodGet, s.url+path, nil)
	errtest.None(s.t, err)
	return s.do(r)
}

func (s *service) do(r *http.Request) (int, string) {
	s.t.Helper()
	answer, err := http.DefaultClient.Do(r)
	errtest.None(s.t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	errtest.None(s.t, err)
	return answer.StatusCode, string(text)
}

// want returns a check of an answer: its status, and that its body contains the text.
func (s *service) want(status int, says string) func(int, string) {
	return func(got int, text string) {
		s.t.Helper()
		if got != status || !strings.Contains(text, says) {
			s.t.Errorf("got %d %s\nwant %d and %q", got, text, status, says)
		}
	}
}

// decode reads JSON.
func decode[T any](t *testing.T, text string) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

// answer is one row of the answer of the route score.
type answer struct {
	LogProb *float64 `json:"log_prob"`
	Tail    *float64 `json:"tail_probability"`
	Reason  string   `json:"reason"`
}
