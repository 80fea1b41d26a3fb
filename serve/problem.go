package serve

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// A problem is an error answer in the form of RFC 9457.
type problem struct {
	Title  string `json:"title"`  // the status in words
	Status int    `json:"status"` // the HTTP status
	Detail string `json:"detail"` // where, what, and what is wanted
}

func (p *problem) Error() string { return p.Detail }

// refuse makes a problem with a status.
func refuse(status int, format string, a ...any) *problem {
	return &problem{http.StatusText(status), status, fmt.Sprintf(format, a...)}
}

// write answers with p.
func (p *problem) write(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	switch p.Status {
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", "1")
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="gaussflow"`)
	}
	w.WriteHeader(p.Status)
	body, err := json.Marshal(p)
	if err != nil { // cannot happen for two strings and a number
		panic(err)
	}
	_, _ = w.Write(append(body, '\n')) // the client may have gone
}
