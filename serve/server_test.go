package serve_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"gaussflow/internal/errtest"
	"gaussflow/serve"
)

// TestLimits: a request beyond a limit gets the status for this limit, and the answer says what the limit is.
func TestLimits(t *testing.T) {
	s := run(t, serve.Config{Limits: serve.Limits{Body: 200_000, Document: 1000, Row: 5000, Rows: 3, Columns: 10}})
	long := `{"a":1,"b":2,"c":"` + strings.Repeat("x", 100_000) + `"}`
	arrow := arrowBodies(t, mat.NewDense(100, 3, nil))
	wide := `{"a":1,"b":2`
	for i := range 20 {
		wide += fmt.Sprintf(`,"c%d":0`, i)
	}
	for _, c := range []struct {
		contentType, body string
		status            int
		says              string
	}{
		{"application/json", "[" + strings.Repeat(`{"a":1,"b":2},`, 20_000), 413, "the body has"},
		{"application/json", long, 413, "a row has more than 5000 bytes"},
		{"application/x-ndjson", long, 413, "a line has more than 5000 bytes"},
		{"application/json", wide + "}", 413, "more than 10 members"},
		{"application/json", `[{"a":1,"b":2},{"a":1,"b":2},{"a":1,"b":2},{"a":1,"b":2}]`, 413, "more than 3 rows"},
		{"text/csv", "a,b,1,2,3,4,5,6,7,8,9\n", 413, "11 columns, want at most 10"},
		{"text/csv", "a,c\n1,2\n", 422, `the table has not the columns \"b\", it has \"a\", \"c\"`},
		{"text/csv", "", 400, "the table is empty"},
		{"application/vnd.apache.parquet", "PAR1" + strings.Repeat("x", 2000), 413, "out of order"},
		{"application/vnd.apache.parquet", "PAR1PAR1", 400, "table"},
		{"application/vnd.apache.arrow.stream", string(arrow["application/vnd.apache.arrow.stream"]), 413, "more than 1000 bytes"},
		{"application/vnd.apache.arrow.file", string(arrow["application/vnd.apache.arrow.file"]), 413, "more than 1000 bytes"},
		{"application/json", "\x1f\x8b", 400, "no JSON"},
		{"image/png", "x", 415, "Content-Type is"},
		{"", `{"a":1,"b":2}`, 200, "log_prob"},
	} {
		s.want(c.status, c.says)(s.post(score, c.contentType, c.body))
	}
	s.want(415, "Content-Encoding")(s.post(score, "application/json", "{}", "Content-Encoding", "br"))
	s.want(400, "damaged")(s.post(score, "application/json", strings.Repeat("{}", 20), "Content-Encoding", "gzip"))
	s.want(406, "Accept")(s.post(score, "application/json", `{"a":1,"b":2}`, "Accept", "image/png"))
	s.want(404, `there is no model \"n\"`)(s.post("/v1/models/n/score", "application/json", "{}"))
	s.want(405, "want POST")(s.get(score))
	s.want(404, "nothing at")(s.get("/v2"))
}

// TestTooLate: a request that takes longer than the limit gets an answer that says so, on every route.
func TestTooLate(t *testing.T) {
	s := run(t, serve.Config{Limits: serve.Limits{Time: 1}})
	s.want(503, "took more than 1ns")(s.post(score, "text/csv", "a,b\n1,2\n"))
	s.want(503, "took more than 1ns")(s.post("/v1/models/m/sample", "application/json", `{"rows":3}`))
}

// TestBusy: while all places are taken, a further request is refused at once, and the requests that have places are completed.
func TestBusy(t *testing.T) {
	s := run(t, serve.Config{Limits: serve.Limits{Streams: 1}})
	hold, holder := io.Pipe()
	release := make(chan struct{})
	go func() {
		if _, err := io.WriteString(holder, strings.Repeat(`{"a":1,"b":2}`+"\n", 20_000)); err != nil {
			t.Error(err)
		}
		<-release
		holder.Close()
	}()
	r, err := http.NewRequest(http.MethodPost, s.url+score, hold)
	errtest.None(t, err)
	r.Header.Set("Content-Type", "application/x-ndjson")
	answer, err := http.DefaultClient.Do(r) // Do returns with the first bytes of the answer, so the stream has a place by then
	errtest.None(t, err)
	defer answer.Body.Close()
	body := "a,b\n" + strings.Repeat("1,2.5\n", 20_000)
	s.want(503, "busy")(s.post(score, "text/csv", body))
	s.want(200, "log_prob")(s.post(score, "application/json", `{"a":1,"b":2}`))
	close(release)
	rows, err := io.ReadAll(answer.Body)
	if got := strings.Count(string(rows), "\n"); err != nil || answer.StatusCode != 200 || got != 20_000 {
		t.Errorf("the stream that was there first: %d, %d lines, %v, want 200 and 20000 lines", answer.StatusCode, got, err)
	}
	s.want(200, "log_prob")(s.post(score, "text/csv", body))
}

// TestTurns: any number of clients that do not read their answers cannot prevent others from being served.
func TestTurns(t *testing.T) {
	s := run(t, serve.Config{Limits: serve.Limits{Streams: 1000}})
	var waiting []net.Conn
	body := `{"rows":1000000,"seed":1}` // so many rows that the answer exceeds the buffers of a connection
	for range 4 * runtime.GOMAXPROCS(0) {
		c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		errtest.None(t, err)
		defer c.Close()
		_, err = fmt.Fprintf(c, "POST /v1/models/m/sample HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		errtest.None(t, err)
		waiting = append(waiting, c)
	}
	for _, c := range waiting { // wait until all answers have begun
		_, err := bufio.NewReader(io.LimitReader(c, 1)).ReadByte()
		errtest.None(t, err)
	}
	s.want(200, "log_prob")(s.post(score, "text/csv", "a,b\n"+strings.Repeat("1,2.5\n", 1000)))
}

// TestStreams: the first rows are answered before the last are sent, and an answer that cannot be completed ends with the
// reason and an error.
func TestStreams(t *testing.T) {
	s := run(t, serve.Config{})
	body, writer := io.Pipe()
	r, err := http.NewRequest(http.MethodPost, s.url+score, body)
	errtest.None(t, err)
	r.Header.Set("Content-Type", "application/x-ndjson")
	sent := make(chan struct{})
	go func() {
		for range 20_000 {
			if _, err := io.WriteString(writer, `{"a":1,"b":2}`+"\n"); err != nil {
				t.Error(err)
				return
			}
		}
		close(sent)
	}()
	answer, err := http.DefaultClient.Do(r) // Do returns with the first bytes of the answer, before the body has ended
	errtest.None(t, err)
	defer answer.Body.Close()
	lines := bufio.NewReader(answer.Body)
	first, err := lines.ReadString('\n')
	if err != nil || !strings.Contains(first, "log_prob") {
		t.Fatalf("%q %v", first, err)
	}
	go func() { // the rest of the answer must be read, because otherwise the server stops reading the body
		<-sent
		_, _ = io.WriteString(writer, strings.Repeat("x", 2<<20)+"\n") // this line is longer than the limit
		writer.Close()
	}()
	rest, err := io.ReadAll(lines)
	if err == nil || !strings.Contains(string(rest), `nothing from here on was computed: a line has more than 1048576 bytes`) {
		t.Errorf("%v, and at the end %q", err, rest[max(0, len(rest)-200):])
	}
	if got := strings.Count(string(rest), "log_prob"); got != 20_000-1 {
		t.Errorf("%d rows are answered, want 19999", got)
	}
}

// TestSlow: a client that sends or reads too slowly is cut off, and its place is freed.
func TestSlow(t *testing.T) {
	s := run(t, serve.Config{Limits: serve.Limits{Wait: 200 * time.Millisecond, Rate: 1 << 20}})
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	errtest.None(t, err)
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{", score)
	errtest.None(t, err)
	errtest.None(t, conn.SetReadDeadline(time.Now().Add(10*time.Second)))
	text, err := io.ReadAll(conn)
	if err != nil || !strings.Contains(string(text), "408") || !strings.Contains(string(text), "too slowly") {
		t.Errorf("%v %s", err, text)
	}

	taker, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	errtest.None(t, err)
	defer taker.Close()
	const ask = `{"rows":1000000}` // the answer has some 40 MB, and nobody reads it
	_, err = fmt.Fprintf(taker, "POST /v1/models/m/sample HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", len(ask), ask)
	errtest.None(t, err)
	waitFor(t, "the answer that nobody takes to end", func() bool {
		_, metrics := s.get("/metrics")
		return strings.Contains(metrics, `gaussflow_request_seconds_count{route="/v1/models/{name}/sample"} 1`)
	})
}

// waitFor waits until a condition holds, and fails after 20 s.
func waitFor(t *testing.T, what string, is func() bool) {
	t.Helper()
	for began := time.Now(); !is(); {
		if time.Since(began) > 20*time.Second {
			t.Fatalf("waited 20 s for %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// TestToken: routes that tell about models need the token; those that tell about the service do not.
func TestToken(t *testing.T) {
	s := run(t, serve.Config{Token: "secret"})
	for _, path := range []string{"/v1/models", "/v1/models/m", "/metrics"} {
		s.want(401, "Authorization")(s.get(path))
	}
	const row = `{"a":1,"b":2}`
	for _, header := range []string{"", "secret", "Bearer ", "Bearer secre", "Bearer secret2", "Basic secret"} {
		s.want(401, "Authorization")(s.post(score, "application/json", row, "Authorization", header))
	}
	s.want(200, "log_prob")(s.post(score, "application/json", row, "Authorization", "Bearer secret"))
	for _, path := range []string{"/healthz", "/readyz", "/openapi.json", "/"} {
		s.want(200, "")(s.get(path))
	}
}

// TestDescribe checks the facts that the service tells about its models and about itself.
func TestDescribe(t *testing.T) {
	s := run(t, serve.Config{LogRequests: true, LogRows: true})
	s.want(200, `"reads":[{"name":"a",`)(s.get("/v1/models"))
	s.want(200, `"rows":270`)(s.get("/v1/models/m"))
	s.want(200, "<title>gaussflow</title>")(s.get("/"))
	s.want(200, "alive")(s.get("/healthz"))
	s.want(422, "missing")(s.post(score, "application/json", `{"a":1}`))
	s.want(200, "log_prob")(s.post(score, "application/json", `[{"a":1,"b":2},{}]`))
	s.want(200, "ready")(s.get("/readyz"))
	s.Drain()
	s.want(503, "ending")(s.get("/readyz"))
	_, metrics := s.get("/metrics")
	for _, line := range []string{
		`gaussflow_requests_total{route="/v1/models/{name}/score",status="200"} 1`, `gaussflow_requests_total{route="/v1/models/{name}/score",status="422"} 1`,
		`gaussflow_rows_total{answer="numbers",route="/v1/models/{name}/score"} 1`, `gaussflow_rows_total{answer="reason",route="/v1/models/{name}/score"} 2`,
	} {
		if !strings.Contains(metrics, line) {
			t.Errorf("no %s in the metrics", line)
		}
	}
	if got := s.log.String(); !strings.Contains(got, `path=/v1/models/m/score status=422 rows=1 refused=1`) || !strings.Contains(got, "first refused") {
		t.Errorf("log: %s", got)
	}
}

// TestSwap: while requests are served, the model's file changes many times and is broken once; each answer comes wholly from
// one of the models.
func TestSwap(t *testing.T) {
	s := run(t, serve.Config{})
	ours, err := os.ReadFile(s.path)
	errtest.None(t, err)
	second, err := fit(2)
	errtest.None(t, err)
	errtest.None(t, second.Save(s.path))
	others, err := os.ReadFile(s.path)
	errtest.None(t, err)
	const row = `{"a":0.3,"b":-1}`
	answers := [2]string{}
	_, answers[0] = s.post(score, "application/json", row)
	changed, err := s.Reload("m")
	if !changed || err != nil {
		t.Fatalf("Reload: %t, %v", changed, err)
	}
	if _, answers[1] = s.post(score, "application/json", row); answers[0] == answers[1] {
		t.Fatal("the models are alike")
	}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { s.Watch(ctx, time.Millisecond) })
	var seen [2]atomic.Int64
	for range 4 {
		running.Go(func() {
			for ctx.Err() == nil {
				switch status, text := s.post(score, "application/json", row); {
				case status == 200 && text == answers[0]:
					seen[0].Add(1)
				case status == 200 && text == answers[1]:
					seen[1].Add(1)
				default:
					t.Errorf("%d %s", status, text)
				}
			}
		})
	}
	replace := func(content []byte) {
		errtest.None(t, os.WriteFile(s.path+".new", content, 0o600))
		errtest.None(t, os.Rename(s.path+".new", s.path))
	}
	for i := range 20 {
		at := i % 2
		replace([][]byte{ours, others}[at])
		before := seen[at].Load()
		waitFor(t, "the other model", func() bool { return seen[at].Load() > before })
		if i%5 == 0 {
			refused := s.refusals()
			replace(ours[:len(ours)/2])
			waitFor(t, "the refusal", func() bool { return s.refusals() > refused })
		}
	}
	stop()
	running.Wait()
}

// refusals is how many files of the model the service has refused to load.
func (s *service) refusals() (n int) {
	_, metrics := s.get("/metrics")
	if _, count, ok := strings.Cut(metrics, `gaussflow_model_loads_total{model="m",result="refused"} `); ok {
		_, err := fmt.Sscan(count, &n)
		errtest.None(s.t, err)
	}
	return n
}

// TestRun: the service completes the requests that it has accepted and then ends, over TLS too.
func TestRun(t *testing.T) {
	_, path := saved(t)
	s, err := serve.New(serve.Config{Models: map[string]string{"m": path}})
	errtest.None(t, err)
	for _, config := range []*tls.Config{nil, certificate(t)} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		errtest.None(t, err)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx, l, config, 10*time.Second) }()
		client, scheme := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}, "http://"
		if config != nil {
			scheme = "https://"
		}
		body, writer := io.Pipe()
		r, err := http.NewRequest(http.MethodPost, scheme+l.Addr().String()+score, body)
		errtest.None(t, err)
		r.Header.Set("Content-Type", "text/csv")
		go func() {
			_, _ = io.WriteString(writer, "a,b\n"+strings.Repeat("1,2\n", 50_000))
			<-ctx.Done()
			_, _ = io.WriteString(writer, strings.Repeat("1,2\n", 1000))
			writer.Close()
		}()
		answer, err := client.Do(r) // Do returns once the answer has begun
		errtest.None(t, err)
		stop()
		text, err := io.ReadAll(answer.Body)
		errtest.None(t, err)
		answer.Body.Close()
		if got := strings.Count(string(text), "\n"); got != 51_001 {
			t.Errorf("%s: %d lines, want 51001", scheme, got)
		}
		if err = <-ended; err != nil {
			t.Error(err)
		}
		client.CloseIdleConnections()
	}
}
