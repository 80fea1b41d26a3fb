package serve

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"strconv"
	"sync"
	"time"

	"gaussflow/data"
	"gaussflow/internal/pipeline"
)

// ask answers a question about the rows of a body.
func (s *Server) ask(w http.ResponseWriter, r *http.Request, q *question, t *tally) error {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		media = r.Header.Get("Content-Type")
	}
	b, err := s.openBody(w, r)
	if err != nil {
		return err
	}
	return s.askBody(w, r, q, media, b, t)
}

// askBody is ask for a body that has been opened.
func (s *Server) askBody(w http.ResponseWriter, r *http.Request, q *question, media string, b *body, t *tally) (err error) {
	defer b.stop()
	release, err := s.admit(b.whole)
	if err != nil {
		return err
	}
	defer release()
	ctx, cancel := s.timed(r)
	defer cancel()
	if !b.whole { // the answer begins before the body has ended
		_ = http.NewResponseController(w).EnableFullDuplex() // HTTP/2 needs no permission
		defer func() {
			if err != nil { // the connection must be closed, or net/http would read the rest of the body while it waits for the next request
				w.Header().Set("Connection", "close")
			}
		}()
	}
	src, k, err := s.open(q, media, b)
	if err != nil {
		return err
	}
	defer src.close()
	if k, err = accepted(r.Header.Get("Accept"), k); err != nil {
		return err
	}
	out := s.newReply(w, t, newRowWriter(k, isObject(media, b), q))
	out.streamed = !b.whole
	return out.run(ctx, q, src)
}

// timed is the context of a request, which ends with a problem as its cause if the request takes too long.
func (s *Server) timed(r *http.Request) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(r.Context(), s.limits.Time, s.late)
}

// open makes the source for a Content-Type, and determines the format of the answer.
func (s *Server) open(q *question, media string, b *body) (source, kind, error) {
	switch media {
	case "application/json", "":
		return newArraySource(q, b.rest(), &s.limits), asJSON, nil
	case "application/x-ndjson", "application/ndjson", "application/jsonl":
		return newLineSource(q, b.rest(), &s.limits), asLines, nil
	case "text/csv":
		return withTable(q, b, data.Options{Format: data.CSV}, &s.limits)
	case "text/tab-separated-values":
		return withTable(q, b, data.Options{Format: data.CSV, Delimiter: '\t'}, &s.limits)
	case "application/vnd.apache.parquet", "application/x-parquet":
		return withTable(q, b, data.Options{Format: data.Parquet}, &s.limits)
	case "application/vnd.apache.arrow.stream", "application/vnd.apache.arrow.file":
		return withTable(q, b, data.Options{Format: data.Arrow}, &s.limits)
	}
	return nil, 0, refuse(http.StatusUnsupportedMediaType,
		"Content-Type is %.60q, want application/json, application/x-ndjson, text/csv, text/tab-separated-values, application/vnd.apache.parquet, "+
			"application/vnd.apache.arrow.stream or application/vnd.apache.arrow.file", media)
}

func withTable(q *question, b *body, o data.Options, limits *Limits) (source, kind, error) {
	t, err := openTable(q, b.rest(), o, limits)
	return t, asCSV, err
}

// isObject reports whether a body is one JSON object.
func isObject(media string, b *body) bool {
	if media != "application/json" && media != "" {
		return false
	}
	for _, c := range b.begun {
		if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return c != '['
		}
	}
	return true
}

// A reply is an answer of rows. It begins when the first rows have been computed, so that a failure before that can have
// a status of its own.
type reply struct {
	w       http.ResponseWriter
	control *http.ResponseController
	limits  *Limits
	tally   *tally
	rows    *rowWriter
	buf     []byte

	begun    bool
	streamed bool // the answer is streamed and extends its own deadlines
	turn     turn // to compute; streams have their own workers instead
}

func (s *Server) newReply(w http.ResponseWriter, t *tally, rows *rowWriter) *reply {
	return &reply{w: w, control: http.NewResponseController(w), limits: &s.limits, tally: t, rows: rows, turn: turn{of: s.turns}}
}

// batches are reused, with the memory of their rows.
var batches = sync.Pool{New: func() any { return new(batch) }}

// run streams the rows of src through the question.
func (a *reply) run(ctx context.Context, q *question, src source) error {
	var late error // an error that came after rows, which are answered first
	each, begin := pipeline.Run[*batch], func(context.Context) error { return nil }
	if !a.streamed { // few rows: other requests make use of the other processors
		each, begin = pipeline.RunAlone[*batch], a.turn.take
		defer a.turn.give()
	}
	err := each(ctx, func() (*batch, error) {
		if late != nil {
			return nil, late
		}
		if err := begin(ctx); err != nil {
			return nil, err
		}
		b := batches.Get().(*batch)
		b.reset(len(q.reads))
		err := src.fill(b)
		if b.n > 0 {
			late, err = err, nil
		}
		return b, err
	}, q.answer, func(b *batch) error {
		defer batches.Put(b)
		return a.batch(b)
	})
	if p := (*problem)(nil); errors.As(context.Cause(ctx), &p) {
		err = p
	}
	return a.close(err)
}

// batch writes the rows of a batch.
func (a *reply) batch(b *batch) error {
	width := len(a.rows.columns)
	if a.rows.single && b.n == 1 && b.reasons[0] != nil {
		a.tally.refused++
		return refuse(http.StatusUnprocessableEntity, "%v", b.reasons[0])
	}
	if a.tally.rows += b.n; a.tally.rows > a.limits.Rows {
		return refuse(http.StatusRequestEntityTooLarge, "there are more than %d rows, want fewer at a time", a.limits.Rows)
	}
	a.begin()
	for i, reason := range b.reasons {
		if reason != nil {
			a.tally.refused++
			a.tally.reason(reason)
		}
		a.buf = a.rows.row(a.buf, b.out[i*width:(i+1)*width], reason)
	}
	return a.send()
}

func (a *reply) begin() {
	if a.begun {
		return
	}
	a.begun = true
	a.w.Header().Set("Content-Type", contentTypes[a.rows.kind])
	a.buf = a.rows.begin(a.buf)
}

// keep is how many bytes of an answer are collected before they are sent.
const keep = 32 << 10

// send sends what has been collected, if that is enough. A client has the time Wait, plus the time that the bytes take
// at Rate, to accept it.
func (a *reply) send() error {
	if len(a.buf) < keep {
		return nil
	}
	a.streamed = true
	return a.write()
}

func (a *reply) write() error {
	a.turn.give()
	allowed := a.limits.Wait + time.Duration(float64(len(a.buf))/float64(a.limits.Rate)*float64(time.Second))
	_ = a.control.SetWriteDeadline(time.Now().Add(allowed)) // an error means that the server does not support deadlines
	_, err := a.w.Write(a.buf)
	a.buf = a.buf[:0]
	return err
}

// last sends what is left, and removes the deadline of a streamed answer.
func (a *reply) last() error {
	a.turn.give()
	if !a.streamed {
		a.w.Header().Set("Content-Length", strconv.Itoa(len(a.buf)))
		_, err := a.w.Write(a.buf)
		return err
	}
	return errors.Join(a.write(), a.control.Flush(), a.control.SetWriteDeadline(time.Time{}))
}

// close ends the answer. If it cannot be completed, it writes the reason in place of the next row, and then breaks off the
// connection, so that the answer cannot be mistaken for a complete one.
func (a *reply) close(err error) error {
	if err != nil && !a.begun {
		return err
	}
	if err == nil {
		a.begin()
		a.buf = a.rows.end(a.buf)
		return a.last()
	}
	a.tally.failed = err
	var p *problem
	if errors.As(err, &p) {
		a.buf = a.rows.row(a.buf, make([]float64, len(a.rows.columns)), errors.New("nothing from here on was computed: "+p.Detail))
		a.streamed = true
		_ = a.last() // the client may have gone
	}
	panic(http.ErrAbortHandler)
}
