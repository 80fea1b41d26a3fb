package serve

import (
	"net/http"
	"strings"
)

// score answers with log p and the tail probability of rows. A single row of JSON, as in most requests, is computed together with
// those of other requests; everything else is streamed.
func (s *Server) score(w http.ResponseWriter, r *http.Request, t *tally) error {
	v, err := s.model(r)
	if err != nil {
		return err
	}
	v.say(w)
	if media := r.Header.Get("Content-Type"); media != "application/json" || !takesJSON(r.Header.Get("Accept")) {
		return s.ask(w, r, v.score, t)
	}
	b, err := s.openBody(w, r)
	if err != nil {
		return err
	}
	if !b.whole || !isObject("application/json", b) {
		return s.askBody(w, r, v.score, "application/json", b, t)
	}
	defer b.stop()
	return s.scoreOne(w, v, b.begun, t)
}

// takesJSON reports whether Accept is one of the common forms that allow JSON.
func takesJSON(accept string) bool {
	return accept == "" || accept == "*/*" || strings.HasPrefix(accept, "application/json")
}

// scoreOne answers for a single row.
func (s *Server) scoreOne(w http.ResponseWriter, v *version, text []byte, t *tally) error {
	release, err := s.admit(true)
	if err != nil {
		return err
	}
	defer release()
	p, a := v.parsers.Get().(*rowParser), v.batcher.borrow()
	defer v.parsers.Put(p)
	defer v.batcher.release(a)
	reason, err := p.one(text, a.row)
	if err != nil {
		return err
	}
	t.rows = 1
	if reason == nil {
		if with := v.batcher.score(a); with > 0 {
			s.metrics.together.Observe(float64(with))
		}
		reason, err = a.failed, a.err
	}
	if err != nil {
		return err
	}
	if reason != nil {
		t.refused = 1
		t.reason(reason)
		return refuse(http.StatusUnprocessableEntity, "%v", reason)
	}
	w.Header()["Content-Type"] = jsonHeader
	p.text = v.one.object(p.text[:0], []float64{a.logProb, a.tail}, nil)
	_, _ = w.Write(append(p.text, '\n')) // the client may have gone
	return nil
}

var jsonHeader = []string{contentTypes[asJSON]}
