package serve

import (
	"fmt"
	"log/slog"
	"runtime"
	"time"

	"gaussflow/internal/defaults"
)

// Config configures New.
type Config struct {
	// Models are the files of models by name. A name consists of letters, digits, and . _ - between them. Required.
	Models map[string]string
	// Load reads a model from a file; default Load, which reads models of tables.
	Load func(path string) (Model, error)

	Limits Limits
	// Token is what a request to /v1/ or /metrics must send as Authorization: Bearer; "": no token is needed.
	Token string
	// Log receives events: models loaded or refused, and failures; default none. LogRequests adds a line for each request.
	Log         *slog.Logger
	LogRequests bool
	// LogRows adds the reasons of rows without an answer to the log; these quote cells.
	LogRows bool
}

// Limits are how much a Server does for one request and at a time. What exceeds one is refused with a status that names
// it.
type Limits struct {
	Body     int64         // bytes of a body, unpacked, default 4 GiB: 413
	Document int64         // bytes of what must be held in memory as a whole, a body of Parquet or a batch of Arrow, default 64 MiB: 413
	Row      int64         // bytes of one row of JSON or lines, default 1 MiB: 413, or the row's reason
	Rows     int           // rows of a body, default 100,000,000: 413, or if the answer has begun, its last line says so
	Columns  int           // columns of a table, members of a JSON row, default 16,384: 413
	Sample   int           // rows to draw, default 1,000,000: 413
	Time     time.Duration // for a request from its first byte, default 30 minutes: 503

	Requests int // requests with few rows (64 KiB) answered at a time, default 32 a processor: more are refused at once with 503 and Retry-After
	Streams  int // requests with more rows answered at a time, default 2 a processor: more are refused likewise

	// Wait is how long a client may make the server wait for bytes, or for it to accept bytes, beyond the time that these take at
	// Rate, default 10 seconds: 408, or the connection is closed.
	Wait time.Duration
	Rate int // the least bytes a second that a client must send, or accept, default 16 KiB
}

// Validate reports fields out of range.
func (l Limits) Validate() error {
	for _, f := range []struct {
		name string
		v    int64
	}{{"Body", l.Body}, {"Document", l.Document}, {"Row", l.Row}, {"Rows", int64(l.Rows)}, {"Columns", int64(l.Columns)}, {"Sample", int64(l.Sample)},
		{"Time", int64(l.Time)}, {"Requests", int64(l.Requests)}, {"Streams", int64(l.Streams)}, {"Wait", int64(l.Wait)}, {"Rate", int64(l.Rate)}} {
		if f.v < 0 {
			return fmt.Errorf("serve: Limits: %s = %d, want ≥ 1 (0: the default)", f.name, f.v)
		}
	}
	return nil
}

// filled are the limits with their defaults filled in.
func (l Limits) filled() Limits {
	processors := runtime.GOMAXPROCS(0)
	return Limits{
		Body:     defaults.Or(l.Body, 4<<30),
		Document: defaults.Or(l.Document, 64<<20),
		Row:      defaults.Or(l.Row, 1<<20),
		Rows:     defaults.Or(l.Rows, 100_000_000),
		Columns:  defaults.Or(l.Columns, 1<<14),
		Sample:   defaults.Or(l.Sample, 1_000_000),
		Time:     defaults.Or(l.Time, 30*time.Minute),
		Requests: defaults.Or(l.Requests, 32*processors),
		Streams:  defaults.Or(l.Streams, 2*processors),
		Wait:     defaults.Or(l.Wait, 10*time.Second),
		Rate:     defaults.Or(l.Rate, 16<<10),
	}
}
