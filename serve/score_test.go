package serve_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/data"
	"gaussflow/internal/errtest"
	"gaussflow/serve"
)

const score = "/v1/models/m/score"

// table is n rows of a and b, with values from small to large.
func table(n int) *mat.Dense {
	rng := rand.New(rand.NewPCG(3, 4))
	x := mat.NewDense(n, 3, nil)
	for i := range n {
		x.SetRow(i, []float64{rng.NormFloat64(), 3 * rng.NormFloat64(), 7})
	}
	return x
}

// asJSON is a row as an object, with its members in any order and one that the model does not have.
func asJSON(x *mat.Dense, i int) string {
	return fmt.Sprintf(`{"b":%v,"other":[{"deep":null}],"a":%v}`, x.At(i, 1), x.At(i, 0))
}

// TestScore: every format and route gives the numbers of the model, bit for bit as the library computes them.
func TestScore(t *testing.T) {
	s := run(t, serve.Config{})
	const n = 1300 // a few full batches and a partial one
	x := table(n)
	want, err := s.model.LogProb(x)
	errtest.None(t, err)
	tail := s.model.TailProbability(want)
	check := func(how string, i int, logProb, share float64) {
		t.Helper()
		if logProb != want[i] || share != tail[i] {
			t.Errorf("%s: row %d: log p = %v, tail %v, want %v, %v", how, i, logProb, share, want[i], tail[i])
		}
	}
	objects := make([]string, n)
	for i := range n {
		objects[i] = asJSON(x, i)
	}
	status, text := s.post(score, "application/json", objects[0])
	one := decode[answer](t, text)
	if status != 200 || one.LogProb == nil || one.Tail == nil {
		t.Fatalf("%d %s", status, text)
	}
	check("an object", 0, *one.LogProb, *one.Tail)

	_, text = s.post(score, "application/json", "["+strings.Join(objects, ",")+"]")
	for i, a := range decode[[]answer](t, text) {
		check("an array", i, *a.LogProb, *a.Tail)
	}
	_, text = s.post(score, "application/x-ndjson", strings.Join(objects, "\n\n"))
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) != n {
		t.Fatalf("%d lines, want %d", len(lines), n)
	}
	for i, line := range lines {
		a := decode[answer](t, line)
		check("lines", i, *a.LogProb, *a.Tail)
	}

	dir := t.TempDir()
	for name, contentType := range map[string]string{"t.csv": "text/csv", "t.tsv": "text/tab-separated-values", "t.csv.gz": "text/csv", "t.parquet": "application/vnd.apache.parquet"} {
		path := filepath.Join(dir, name)
		errtest.None(t, (&data.Table{Names: []string{"a", "b", "c"}, X: x}).Write(path))
		body, err := os.ReadFile(path)
		errtest.None(t, err)
		_, text = s.post(score, contentType, string(body))
		records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		errtest.None(t, err)
		if got := strings.Join(records[0], " "); got != "log_prob tail_probability reason" || len(records) != n+1 {
			t.Fatalf("%s: header %q, %d records, want %d", name, got, len(records), n+1)
		}
		for i, r := range records[1:] {
			lp, err := strconv.ParseFloat(r[0], 64)
			errtest.None(t, err)
			share, err := strconv.ParseFloat(r[1], 64)
			errtest.None(t, err)
			check(name, i, lp, share)
		}
	}

	for contentType, body := range arrowBodies(t, x) {
		status, text := s.post(score, contentType, string(body))
		records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil || len(records) != n+1 {
			t.Fatalf("%s: status %d, %d records, want %d, %v", contentType, status, len(records), n+1, err)
		}
		for i, r := range records[1:] {
			lp, err := strconv.ParseFloat(r[0], 64)
			errtest.None(t, err)
			share, err := strconv.ParseFloat(r[1], 64)
			errtest.None(t, err)
			check(contentType, i, lp, share)
		}
		s.want(400, "truncated")(s.post(score, contentType, string(body[:200])))
	}

	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte(objects[0]))
	errtest.None(t, z.Close())
	_, text = s.post(score, "application/json", packed.String(), "Content-Encoding", "gzip")
	a := decode[answer](t, text)
	check("packed", 0, *a.LogProb, *a.Tail)
	_, text = s.post(score, "application/json", objects[0], "Accept", "text/csv")
	if !strings.HasPrefix(text, "log_prob,tail_probability,reason\n"+strconv.FormatFloat(*a.LogProb, 'f', -1, 64)) {
		t.Errorf("as CSV: %s", text)
	}
}

// TestTogether: a row has the same bits whatever other rows are in the request, also beside rows that are refused or too far out.
func TestTogether(t *testing.T) {
	s := run(t, serve.Config{})
	const n = 60
	x := table(n)
	alone := make([]string, n)
	for i := range n {
		_, alone[i] = s.post(score, "application/json", asJSON(x, i))
	}
	var asking sync.WaitGroup
	for i := range n {
		asking.Go(func() {
			for range 10 {
				if status, text := s.post(score, "application/json", asJSON(x, i)); status != 200 || text != alone[i] {
					t.Errorf("row %d: %d %s, want %s", i, status, text, alone[i])
				}
			}
		})
	}
	for range 3 {
		asking.Go(func() {
			for range 20 {
				s.want(422, "too far out")(s.post(score, "application/json", `{"a":1e300,"b":-1e300}`))
				s.want(422, `column \"b\" is missing`)(s.post(score, "application/json", `{"a":1}`))
			}
		})
	}
	asking.Wait()
}

// TestBadRows: a bad row gets a reason in its place, and the others their numbers.
func TestBadRows(t *testing.T) {
	s := run(t, serve.Config{})
	for _, c := range []struct{ row, reason string }{
		{`{"a":1}`, `column "b" is missing, want a number`},
		{`{"a":1,"b":null}`, `column "b" is missing, want a number`},
		{`{"a":1,"b":"two"}`, `column "b" is "two", want a finite number`},
		{`{"a":1,"b":"1_0"}`, `column "b" is "1_0", want a finite number`},
		{`{"a":1,"b":1e999}`, `column "b" is "1e999", want a finite number`},
		{`{"a":1,"b":"NaN"}`, `column "b" is "NaN", want a finite number`},
		{`{"a":1,"b":true}`, `column "b" is "true", want a finite number`},
		{`{"a":1,"b":{"c":1}}`, `column "b" is an object, want one value`},
		{`{"a":1,"b":[1]}`, `column "b" is an array, want one value`},
		{`[1,2]`, `the row is an array, want an object of the columns`},
		{`3`, `the row is a number, want an object of the columns`},
		{`null`, `the row is null, want an object of the columns`},
		{`{"a":1e300,"b":1e300}`, `too far out`},
	} {
		const good = `{"a":0.5,"b":"1"}`
		status, text := s.post(score, "application/json", "["+good+","+c.row+","+good+"]")
		got := decode[[]answer](t, text)
		if status != 200 || len(got) != 3 || got[0].LogProb == nil || got[2].LogProb == nil || *got[0].LogProb != *got[2].LogProb || !strings.Contains(got[1].Reason, c.reason) {
			t.Errorf("%s: %d %s, want the reason %q", c.row, status, text, c.reason)
		}
		status, text = s.post(score, "application/x-ndjson", good+"\n"+c.row+"\n"+good)
		if lines := strings.Split(text, "\n"); status != 200 || len(lines) != 4 || lines[0] != lines[2] || !strings.Contains(lines[1], "reason") {
			t.Errorf("%s: %d %s", c.row, status, text)
		}
	}
	for line, reason := range map[string]string{`{"a":1,"a":2,"b":3}`: "one name twice", `{"a":NaN,"b":1}`: "no JSON", `{"a":1,"b":2} 3`: "something after", `{"a":`: "ends before its end"} {
		text := ""
		s.want(400, reason)(s.post(score, "application/json", line))
		_, text = s.post(score, "application/x-ndjson", line+"\n"+`{"a":1,"b":2}`)
		if lines := strings.Split(text, "\n"); len(lines) != 3 || !strings.Contains(lines[0], reason) || decode[answer](t, lines[1]).LogProb == nil {
			t.Errorf("%s: %s", line, text)
		}
	}
	const bad = "a,b,c\n,1,x\n1,2,x\nNA,1,\n,,\n3,4,y\n5,oops,z\n"
	_, text := s.post(score, "text/csv", bad)
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	errtest.None(t, err)
	var shown []string
	for _, r := range records[1:] {
		shown = append(shown, strconv.FormatBool(r[0] != "" && r[1] != "" && r[2] == ""))
		if (r[0] == "") != (r[2] != "") {
			t.Errorf("record %q has neither numbers nor a reason, or both", r)
		}
	}
	if got := strings.Join(shown, " "); got != "false true false false true false" {
		t.Errorf("which rows have numbers: %s", got)
	}
}

// TestLatents: the route transform gives the model's Forward, and the route inverse takes it back, constants included.
func TestLatents(t *testing.T) {
	s := run(t, serve.Config{})
	x := table(40)
	z, err := s.model.Forward(x)
	errtest.None(t, err)
	for i := range 40 {
		_, text := s.post("/v1/models/m/transform", "application/json", asJSON(x, i))
		got := decode[map[string]float64](t, text)
		if math.Abs(got["z1"]-z.At(i, 0)) > 1e-12 || math.Abs(got["z2"]-z.At(i, 1)) > 1e-12 || len(got) != 2 {
			t.Fatalf("row %d: z = %s, want %v", i, text, z.RawRowView(i))
		}
		_, text = s.post("/v1/models/m/inverse", "application/json", text)
		back := decode[map[string]float64](t, text)
		if math.Abs(back["a"]-x.At(i, 0)) > 1e-8 || math.Abs(back["b"]-x.At(i, 1)) > 1e-8 || back["c"] != 7 {
			t.Fatalf("row %d: back = %s, want %v", i, text, x.RawRowView(i))
		}
	}
	s.want(422, `column \"z2\" is missing`)(s.post("/v1/models/m/inverse", "application/json", `{"z1":1}`))
}

// TestSample: rows are those that the library draws with the seed, and without a seed the answer says which one was used.
func TestSample(t *testing.T) {
	s := run(t, serve.Config{Limits: serve.Limits{Sample: 9000}})
	const sample = "/v1/models/m/sample"
	rng := rand.New(rand.NewPCG(5, 0))
	first, err := s.model.Sample(8192, rng)
	errtest.None(t, err)
	second, err := s.model.Sample(8, rng)
	errtest.None(t, err)
	_, text := s.post(sample, "application/json", `{"rows":8200,"seed":5}`)
	rows := decode[[]map[string]float64](t, text)
	if len(rows) != 8200 || rows[3]["b"] != first.At(3, 1) || rows[8199]["a"] != second.At(7, 0) || rows[0]["c"] != 7 {
		t.Errorf("%d rows, the fourth %v, want %v", len(rows), rows[3], first.RawRowView(3))
	}
	for body, want := range map[string]struct {
		status int
		says   string
	}{
		`{"rows":9001}`: {413, "at most 9000"}, `{"rows":0}`: {422, "rows is missing or less than 1"}, `{}`: {422, "rows is missing"},
		`{"rows":1,"rows":2}`: {400, "twice"}, `{"rows":1,"row":2}`: {400, "row"}, `{"rows":1.5}`: {400, "rows"}, `[]`: {400, "object"}, ``: {400, "object"},
		`{"rows":1,"given":{"x":1}}`: {422, "conditional on no column"}, `{"rows":1,"seed":-1}`: {400, "seed"},
	} {
		s.want(want.status, want.says)(s.post(sample, "application/json", body))
	}
	_, text = s.post(sample, "application/json", `{"rows":2}`, "Accept", "application/x-ndjson")
	if lines := strings.Split(text, "\n"); len(lines) != 3 || !json.Valid([]byte(lines[1])) {
		t.Errorf("lines: %s", text)
	}
}
