package serve

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// description describes a model in the answer to GET.
type description struct {
	Name    string    `json:"name"`
	Digest  string    `json:"digest"` // of the file, as in the header Gaussflow-Model of answers
	Loaded  time.Time `json:"loaded"`
	Reads   []Column  `json:"reads"`  // columns of a row to score
	Writes  []Column  `json:"writes"` // columns of a row that is drawn
	Latents int       `json:"latents"`
	Card    any       `json:"card,omitempty"`
}

func (s *Server) description(name string, whole bool) description {
	v := s.models[name].now.Load()
	d := description{Name: name, Digest: v.digest, Loaded: v.loaded.UTC(), Reads: v.Reads(), Writes: v.Writes(), Latents: v.Latents()}
	if whole {
		d.Card = v.Card()
	}
	return d
}

func (s *Server) list(w http.ResponseWriter, _ *http.Request, _ *tally) error {
	all := []description{}
	for _, name := range s.names {
		all = append(all, s.description(name, false))
	}
	return answerJSON(w, map[string]any{"models": all})
}

func (s *Server) describe(w http.ResponseWriter, r *http.Request, _ *tally) error {
	v, err := s.model(r)
	if err != nil {
		return err
	}
	v.say(w)
	return answerJSON(w, s.description(r.PathValue("name"), true))
}

func answerJSON(w http.ResponseWriter, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(append(text, '\n')) // the client may have gone
	return nil
}

func (s *Server) alive(w http.ResponseWriter, _ *http.Request, _ *tally) error {
	return answerJSON(w, map[string]string{"status": "alive"})
}

func (s *Server) ready(w http.ResponseWriter, _ *http.Request, _ *tally) error {
	if s.draining.Load() {
		return refuse(http.StatusServiceUnavailable, "the service is ending and takes no new clients")
	}
	return answerJSON(w, map[string]string{"status": "ready"})
}

func (s *Server) exposed(w http.ResponseWriter, r *http.Request, _ *tally) error {
	s.metrics.expose.ServeHTTP(w, r)
	return nil
}

//go:embed openapi.json
var openAPI []byte

func (s *Server) openAPI(w http.ResponseWriter, _ *http.Request, _ *tally) error {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(openAPI) // the client may have gone
	return nil
}

//go:embed page.html
var page []byte

// page is a single file that loads nothing else, as its content security policy tells the browser.
func (s *Server) page(w http.ResponseWriter, _ *http.Request, _ *tally) error {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; connect-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(page) // the client may have gone
	return nil
}
