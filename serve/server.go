package serve

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"regexp"
	"runtime"
	"slices"
	"sync/atomic"
)

// A Server answers questions about models: see the package comment. It is an http.Handler, safe for concurrent use.
type Server struct {
	config   Config
	limits   Limits
	models   map[string]*served
	names    []string // names of the models, sorted
	requests chan struct{}
	streams  chan struct{}
	turns    chan struct{}
	late     *problem // of a request that takes too long
	token    [sha256.Size]byte
	log      *slog.Logger
	metrics  *metrics
	mux      *http.ServeMux
	draining atomic.Bool
}

// modelName is the form of a model's name, which is part of a URL.
var modelName = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?$`)

// New loads the models, all of them or none, and tries each.
func New(c Config) (*Server, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if c.Load == nil {
		c.Load = Load
	}
	s := &Server{config: c, limits: c.Limits.filled(), models: map[string]*served{}, names: slices.Sorted(maps.Keys(c.Models)),
		token: sha256.Sum256([]byte(c.Token)), log: c.Log, metrics: newMetrics()}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.requests, s.streams = make(chan struct{}, s.limits.Requests), make(chan struct{}, s.limits.Streams)
	s.turns = make(chan struct{}, runtime.GOMAXPROCS(0))
	s.late = refuse(http.StatusServiceUnavailable, "the request took more than %v, want fewer rows at a time", s.limits.Time)
	for _, name := range s.names {
		m := &served{name: name, path: c.Models[name], load: c.Load, limits: &s.limits}
		v, err := m.read()
		if err != nil {
			return nil, err
		}
		m.now.Store(v)
		s.models[name] = m
	}
	s.route()
	return s, nil
}

// Validate reports fields out of range.
func (c Config) Validate() error {
	if len(c.Models) == 0 {
		return errors.New("serve: Config: Models is empty, want at least one model")
	}
	for _, name := range slices.Sorted(maps.Keys(c.Models)) {
		if !modelName.MatchString(name) {
			return &NameError{name}
		}
	}
	return c.Limits.Validate()
}

// A NameError reports a name that a model cannot have.
type NameError struct{ Name string }

func (e *NameError) Error() string {
	return fmt.Sprintf("serve: Config: Models: a model is called %.120q, want letters, digits, and . _ - between them, at most 100", e.Name)
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if w == nil || r == nil || r.URL == nil {
		return // no server calls it with these
	}
	if s == nil || s.mux == nil {
		refuse(http.StatusServiceUnavailable, "the service has no models").write(w)
		return
	}
	s.mux.ServeHTTP(w, r)
}

func (s *Server) route() {
	s.mux = http.NewServeMux()
	s.handle("/v1/models/{name}/score", http.MethodPost, s.score)
	s.handle("/v1/models/{name}/transform", http.MethodPost, s.asks(func(v *version) *question { return v.transform }))
	s.handle("/v1/models/{name}/inverse", http.MethodPost, s.asks(func(v *version) *question { return v.inverse }))
	s.handle("/v1/models/{name}/sample", http.MethodPost, s.sample)
	s.handle("/v1/models/{name}", http.MethodGet, s.describe)
	s.handle("/v1/models", http.MethodGet, s.list)
	s.handle("/metrics", http.MethodGet, s.exposed)
	s.handle("/healthz", http.MethodGet, s.alive)
	s.handle("/readyz", http.MethodGet, s.ready)
	s.handle("/openapi.json", http.MethodGet, s.openAPI)
	s.handle("/{$}", http.MethodGet, s.page)
	s.handle("/", "", func(_ http.ResponseWriter, r *http.Request, _ *tally) error {
		return refuse(http.StatusNotFound, "there is nothing at %.100q: /openapi.json lists what there is", r.URL.Path)
	})
}

// Drain makes /readyz say that no more requests should be sent; requests that arrive are still answered.
func (s *Server) Drain() {
	if s != nil {
		s.draining.Store(true)
	}
}

// admit takes a place for a request, or for a stream, or returns an error if there is none.
func (s *Server) admit(request bool) (release func(), err error) {
	places := s.streams
	if request {
		places = s.requests
	}
	select {
	case places <- struct{}{}:
		return func() { <-places }, nil
	default:
		return nil, s.turnAway()
	}
}

// busy refuses a request while all places are taken, before its body is read in vain.
func (s *Server) busy() error {
	if len(s.requests) < cap(s.requests) {
		return nil
	}
	return s.turnAway()
}

func (s *Server) turnAway() error {
	s.metrics.turnedAway.Inc()
	return errBusy
}

var errBusy = refuse(http.StatusServiceUnavailable, "the service is busy with as many requests as it takes at a time: try again in a second")

// model is the current version of a request's model.
func (s *Server) model(r *http.Request) (*version, error) {
	name := r.PathValue("name")
	m, ok := s.models[name]
	if !ok {
		return nil, refuse(http.StatusNotFound, "there is no model %.100q, there are %s", name, quoted(s.names))
	}
	return m.now.Load(), nil
}

// asks makes the handler for one kind of question.
func (s *Server) asks(which func(*version) *question) handler {
	return func(w http.ResponseWriter, r *http.Request, t *tally) error {
		v, err := s.model(r)
		if err != nil {
			return err
		}
		v.say(w)
		return s.ask(w, r, which(v), t)
	}
}
