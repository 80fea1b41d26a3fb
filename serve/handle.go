package serve

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
)

// A handler answers a request. It returns an error if it fails before it has written anything.
type handler func(w http.ResponseWriter, r *http.Request, t *tally) error

// tally is what is counted for one request.
type tally struct {
	status       int
	rows         int // rows answered, with numbers or a reason
	refused      int // how many of these with a reason
	firstRefused error
	failed       error // why an answer broke off
}

// reason stores the first reason of a row.
func (t *tally) reason(err error) {
	if t.firstRefused == nil {
		t.firstRefused = err
	}
}

// recorder records the status of an answer.
type recorder struct {
	http.ResponseWriter
	tally *tally
}

func (w *recorder) WriteHeader(status int) {
	if w.tally.status == 0 {
		w.tally.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(p []byte) (int, error) {
	if w.tally.status == 0 {
		w.tally.status = http.StatusOK
	}
	return w.ResponseWriter.Write(p)
}

// Unwrap serves http.ResponseController.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// open are the routes that need no token, because they reveal nothing about the models' rows.
var open = map[string]bool{"/healthz": true, "/readyz": true, "/openapi.json": true, "/{$}": true, "/": true}

// handle sets up a route: its method, "" for any, its token, its metrics, its log.
func (s *Server) handle(route, method string, h handler) {
	measured := s.metrics.route(route)
	s.mux.HandleFunc(route, func(w http.ResponseWriter, r *http.Request) {
		began, t := time.Now(), &tally{}
		rec := &recorder{w, t}
		defer func() {
			failure := recover()
			if failure != nil && failure != http.ErrAbortHandler { //nolint:errorlint // compared as net/http does
				s.log.Error("a request failed", "path", r.URL.Path, "failure", failure, "stack", string(debug.Stack()))
				if t.status == 0 {
					failure = nil
					refuse(http.StatusInternalServerError, "the service failed at this request, and has logged how").write(rec)
				}
			}
			took := time.Since(began)
			measured.observe(t, took)
			s.logRequest(r, t, took)
			if failure != nil {
				linger(w, r.Body)
				panic(http.ErrAbortHandler)
			}
		}()
		err := s.allowed(route, method, rec, r)
		if err == nil {
			err = h(rec, r, t)
		}
		if err != nil {
			s.answer(rec, r, err)
		}
	})
}

// linger reads on for a while before a connection is broken off. If it were closed while input is unread, the client's system would throw
// away what the client has not read of the answer yet: the reason why it breaks off.
func linger(w http.ResponseWriter, body io.Reader) {
	const longest, most = time.Second, 4 << 20
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(longest)) // an error means that the server does not support deadlines
	_, _ = io.CopyN(io.Discard, body, most)
}

// allowed checks the method and the token.
func (s *Server) allowed(route, method string, w http.ResponseWriter, r *http.Request) error {
	if method != "" && r.Method != method && !(method == http.MethodGet && r.Method == http.MethodHead) {
		w.Header().Set("Allow", method)
		return refuse(http.StatusMethodNotAllowed, "the method is %.20q, want %s", r.Method, method)
	}
	if s.config.Token == "" || open[route] {
		return nil
	}
	given, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	sum := sha256.Sum256([]byte(given)) // of constant length, whatever was given
	if same := subtle.ConstantTimeCompare(sum[:], s.token[:]) == 1; !same || !bearer {
		return refuse(http.StatusUnauthorized, "Authorization is not Bearer and the token of this service")
	}
	return nil
}

// answer tells the client why a request has no result.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, err error) {
	// net/http reads the rest of a body in order to use the connection again; not longer than a client may make it
	// wait.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(s.limits.Wait))
	var p *problem
	switch {
	case errors.As(err, &p):
		p.write(w)
	case errors.Is(err, context.Canceled): // the client has gone
		panic(http.ErrAbortHandler)
	default:
		s.log.Error("a model failed", "path", r.URL.Path, "failure", err)
		refuse(http.StatusInternalServerError, "the model failed at this request, and the service has logged how").write(w)
	}
}

// logRequest logs a request if that is configured, or if its answer broke off.
func (s *Server) logRequest(r *http.Request, t *tally, took time.Duration) {
	if !s.config.LogRequests && t.failed == nil {
		return
	}
	level, with := slog.LevelInfo, []any{"method", r.Method, "path", r.URL.Path, "status", t.status, "rows", t.rows, "refused", t.refused,
		"took", took, "from", r.RemoteAddr}
	if t.failed != nil {
		level, with = slog.LevelWarn, append(with, "broke off", true)
	}
	if s.config.LogRows && t.firstRefused != nil {
		with = append(with, "first refused", t.firstRefused.Error())
	}
	s.log.Log(r.Context(), level, "request", with...)
}
