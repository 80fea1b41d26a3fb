package beam

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/memfs"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/passert"
	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
	"gaussflow/data"
	"gaussflow/flows"
	"gaussflow/initializers"
	"gaussflow/internal/errtest"
	"gaussflow/tabular"
)

// The functions of these pipelines have names and are registered, because Beam finds others by the symbols of the program, which
// go test may strip.
func init() {
	register.Function1x1(counted)
	register.Function1x1(logProbOf)
	register.Function2x1(plus)
	register.Function2x0(firstAndLast)
	register.Emitter1[string]()
}

func counted(w Written) string {
	return fmt.Sprintf("%s %d %d", filepath.Base(w.File), w.Rows, w.Refused)
}

func logProbOf(r Scored) float64 { return r.LogProb }

func plus(a, b float64) float64 { return a + b }

// firstAndLast writes a row of the first draw and the last row of all.
func firstAndLast(d Drawn, emit func(string)) {
	if d.Row == 5 || d.Row == sampleRows+7 {
		emit(fmt.Sprint(d.Row, d.Values))
	}
}

// TestMain starts no worker processes: the Prism runner runs the workers in this process.
func TestMain(m *testing.M) {
	beam.Init()
	os.Exit(m.Run())
}

// lake writes rows of a and b = sin 2a + noise, over some files of several formats, with two rows that cannot be read.
func lake(t *testing.T, rows int) (glob string, x *mat.Dense) {
	t.Helper()
	folder, rng := t.TempDir(), rand.New(rand.NewPCG(1, 2))
	x = mat.NewDense(rows, 2, nil)
	for i := range rows {
		a := rng.NormFloat64()
		x.SetRow(i, []float64{100 + 10*a, math.Sin(2*a) + 0.3*rng.NormFloat64()})
	}
	piece := rows / 4
	for k, name := range []string{"one.csv", "two.parquet", "three.csv.gz"} {
		part := mat.DenseCopyOf(x.Slice(k*piece, (k+1)*piece, 0, 2))
		errtest.None(t, (&data.Table{Names: []string{"a", "b"}, X: part}).Write(filepath.Join(folder, name)))
	}
	lines := []byte(`{"a":1}` + "\n" + `{"a":"x","b":2}` + "\n")
	for i := 3 * piece; i < rows; i++ {
		lines = fmt.Appendf(lines, `{"b":%v,"a":%v}`+"\n", x.At(i, 1), x.At(i, 0))
	}
	errtest.None(t, os.WriteFile(filepath.Join(folder, "four.jsonl"), lines, 0o600))
	return filepath.Join(folder, "*"), x
}

// model fits the rows, and gives the bytes of its file too.
func model(t *testing.T, x *mat.Dense) (*tabular.Model, []byte) {
	t.Helper()
	m, err := tabular.Fit(t.Context(), []string{"a", "b"}, x, tabular.Config{Preset: tabular.Fast, Epochs: 2})
	errtest.None(t, err)
	path := filepath.Join(t.TempDir(), "m.gflow")
	errtest.None(t, m.Save(path))
	raw, err := os.ReadFile(path)
	errtest.None(t, err)
	return m, raw
}

// TestScoreFiles: the files have the log p that the library computes, row by row, and rows that cannot be read are counted.
func TestScoreFiles(t *testing.T) {
	glob, x := lake(t, 4000)
	m, raw := model(t, x)
	out := t.TempDir()
	p, s := beam.NewPipelineWithRoot()
	written := ScoreFiles(s, raw, out, Files(s, glob))
	passert.Equals(s, beam.ParDo(s, counted, written), "one.csv 1000 0", "two.parquet 1000 0", "three.csv.gz 1000 0", "four.jsonl 1000 2")
	errtest.None(t, runPrism(t.Context(), p))
	want, err := m.LogProb(x)
	errtest.None(t, err)
	for k, name := range []string{"one.csv", "two.parquet", "three.csv.gz", "four.jsonl"} {
		f, err := os.Open(filepath.Join(out, name+".scored.csv"))
		errtest.None(t, err)
		defer f.Close()
		records, err := csv.NewReader(f).ReadAll()
		errtest.None(t, err)
		for i, r := range records[1:] {
			got, err := strconv.ParseFloat(r[3], 64)
			errtest.None(t, err)
			if at := 1000*k + i; name != "four.jsonl" && r[0] != strconv.Itoa(i+1) || math.Abs(got-want[at]) > 1e-5*math.Abs(want[at]) {
				t.Fatalf("%s row %d: %v, want log p = %v", name, i+1, r, want[at])
			}
		}
	}
}

// TestCreate: a file has its name when it is whole, replaces another of that name, and leaves nothing behind if it cannot be written.
func TestCreate(t *testing.T) {
	folder := t.TempDir()
	name := filepath.Join(folder, "rows.csv")
	content := func(text string, err error) func(io.Writer) error {
		return func(w io.Writer) error {
			_, e := io.WriteString(w, text)
			if files, _ := filepath.Glob(filepath.Join(folder, "*.csv")); text == "first" && len(files) > 0 {
				t.Errorf("%v is there before all of it is written", files)
			}
			return errors.Join(e, err)
		}
	}
	errtest.None(t, create(t.Context(), name, content("first", nil)))
	errtest.None(t, create(t.Context(), name, content("second", nil)))
	broken := errors.New("broken off")
	if err := create(t.Context(), name, content("half of the thi", broken)); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
	files, err := os.ReadDir(folder)
	errtest.None(t, err)
	raw, err := os.ReadFile(name)
	errtest.None(t, err)
	if len(files) != 1 || string(raw) != "second" {
		t.Errorf("%v are left, and the file has %q, want what was written before", files, raw)
	}
}

// TestTyped: cells of a table of categories, units and missing cells are read as its model reads them, from a table and from lines of JSON,
// and written as they were; cells that the model cannot read are counted.
func TestTyped(t *testing.T) {
	schema := &columns.Schema{Columns: []columns.Column{
		{Name: "city", Kind: columns.Category, Levels: []columns.Level{{Text: "Oslo", Count: 100}, {Text: "Bergen, Vest", Count: 100}}},
		{Name: "price", Kind: columns.Grid, Step: 1, Min: 10, Max: 60, Form: columns.Form{Prefix: "$"}},
	}}
	x, rng := mat.NewDense(200, 2, nil), rand.New(rand.NewPCG(5, 5))
	for i := range 200 {
		x.SetRow(i, []float64{float64(i % 2), math.Round(20 + 20*float64(i%2) + 3*rng.NormFloat64())})
		if i%10 == 0 {
			x.Set(i, 1, math.NaN())
		}
	}
	m, err := tabular.FitTable(t.Context(), schema, x, tabular.Config{Preset: tabular.Fast, Epochs: 3, Seed: 1})
	errtest.None(t, err)
	folder, out := t.TempDir(), t.TempDir()
	errtest.None(t, m.Save(filepath.Join(out, "m.gflow")))
	raw, err := os.ReadFile(filepath.Join(out, "m.gflow"))
	errtest.None(t, err)
	errtest.None(t, os.WriteFile(filepath.Join(folder, "one.csv"), []byte("id,price,city\n7,$21,Oslo\n8,,\"Bergen, Vest\"\n9,$20,Rome\n"), 0o600))
	errtest.None(t, os.WriteFile(filepath.Join(folder, "two.jsonl"), []byte(`{"price":"$21","city":"Oslo"}`+"\n"+`{"city":"Bergen, Vest","price":null}`+"\n"+`{"city":"Rome","price":"$20"}`+"\n"), 0o600))
	p, s := beam.NewPipelineWithRoot()
	Keep(s, filepath.Join(out, "totals.json"), Total(s, ScoreFiles(s, raw, out, Files(s, filepath.Join(folder, "*")))))
	errtest.None(t, runPrism(t.Context(), p))
	totals, err := os.ReadFile(filepath.Join(out, "totals.json"))
	errtest.None(t, err)
	if want := `{"files":2,"rows":4,"refused":2}`; string(totals) != want {
		t.Errorf("totals %s, want %s", totals, want)
	}
	scores, err := m.Score(mat.NewDense(2, 2, []float64{0, 21, 1, math.NaN()}))
	errtest.None(t, err)
	want := "row,city,price,log_prob,tail_probability\n"
	for i, cells := range []string{"Oslo,$21", `"Bergen, Vest",`} {
		want += fmt.Sprintf("%d,%s,%v,%v\n", i+1, cells, scores[i].LogProb, scores[i].Tail)
	}
	for _, name := range []string{"one.csv", "two.jsonl"} {
		got, err := os.ReadFile(filepath.Join(out, name+".scored.csv"))
		errtest.None(t, err)
		if string(got) != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// TestScore: there is an element for each row, and the sum of their log p equals the library's.
func TestScore(t *testing.T) {
	glob, x := lake(t, 2000)
	m, raw := model(t, x)
	want, err := m.LogProb(x)
	errtest.None(t, err)
	total := 0.0
	for _, lp := range want {
		total += lp
	}
	p, s := beam.NewPipelineWithRoot()
	scored := Score(s, raw, Files(s, glob))
	passert.Count(s, scored, "rows", len(want))
	sum := beam.Combine(s, plus, beam.ParDo(s, logProbOf, scored))
	passert.EqualsFloat(s, sum, beam.Create(s, total), 1e-3*math.Abs(total))
	errtest.None(t, runPrism(t.Context(), p))
}

// TestSample: the rows are those of the seed, however they are drawn.
func TestSample(t *testing.T) {
	_, x := lake(t, 400)
	m, raw := model(t, x)
	first, err := m.Sample(sampleRows, rand.New(rand.NewPCG(7, 0)))
	errtest.None(t, err)
	second, err := m.Sample(8, rand.New(rand.NewPCG(7, sampleRows)))
	errtest.None(t, err)
	p, s := beam.NewPipelineWithRoot()
	drawn := Sample(s, raw, sampleRows+8, 7)
	some := beam.ParDo(s, firstAndLast, drawn)
	passert.Count(s, drawn, "rows", sampleRows+8)
	passert.Equals(s, some, fmt.Sprint(5, first.RawRowView(5)), fmt.Sprint(sampleRows+7, second.RawRowView(7)))
	errtest.None(t, runPrism(t.Context(), p))
}

// TestSampleFiles: the files have the rows that Sample draws, in order, on a file system that is not this machine's.
func TestSampleFiles(t *testing.T) {
	_, x := lake(t, 400)
	m, raw := model(t, x)
	const n = fileRows + 5
	p, s := beam.NewPipelineWithRoot()
	totals := Join(t.TempDir(), "totals.json")
	Keep(s, totals, Total(s, SampleFiles(s, raw, n, 7, "memfs://drawn/")))
	errtest.None(t, runPrism(t.Context(), p))
	said, err := os.ReadFile(totals)
	errtest.None(t, err)
	if want := fmt.Sprintf(`{"files":2,"rows":%d,"refused":0}`, n); string(said) != want {
		t.Errorf("totals %s, want %s", said, want)
	}
	var drawn [][]string
	fs := memfs.New(t.Context())
	for _, name := range []string{"memfs://drawn/sample-00000.csv", "memfs://drawn/sample-00001.csv"} {
		file, err := fs.OpenRead(t.Context(), name)
		errtest.None(t, err)
		records, err := csv.NewReader(file).ReadAll()
		errtest.None(t, err)
		if got := fmt.Sprint(records[0]); got != "[a b]" {
			t.Errorf("%s has columns %s, want [a b]", name, got)
		}
		drawn = append(drawn, records[1:]...)
	}
	if len(drawn) != n {
		t.Fatalf("%d rows, want %d", len(drawn), n)
	}
	for _, first := range []int{0, sampleRows, fileRows - sampleRows, fileRows} {
		want, err := m.Sample(min(sampleRows, n-first), rand.New(rand.NewPCG(7, uint64(first))))
		errtest.None(t, err)
		rows, _ := want.Dims()
		for i := range rows {
			for j, cell := range drawn[first+i] {
				if got, err := strconv.ParseFloat(cell, 64); err != nil || got != want.At(i, j) {
					t.Fatalf("row %d, column %d: %s, want %v", first+i, j, cell, want.At(i, j))
				}
			}
		}
	}
}

// TestJoin: a joined path keeps the scheme of its file system, such as gs://.
func TestJoin(t *testing.T) {
	for folder, want := range map[string]string{"": "b", "a": "a/b", "a/": "a/b", "/": "/b", "gs://a": "gs://a/b", "gs://a/": "gs://a/b"} {
		if got := Join(folder, "b"); got != want {
			t.Errorf("b in %q is %s, want %s", folder, got, want)
		}
	}
}

// TestProfile: profiles of parts of the rows merge into that of all rows.
func TestProfile(t *testing.T) {
	glob, x := lake(t, 4000)
	kept := filepath.Join(t.TempDir(), "facts")
	p, s := beam.NewPipelineWithRoot()
	Keep(s, kept, Profile(s, Files(s, glob), []string{"b", "a"}))
	errtest.None(t, runPrism(t.Context(), p))
	raw, err := os.ReadFile(kept)
	errtest.None(t, err)
	var f Facts
	errtest.None(t, json.Unmarshal(raw, &f))
	a := mat.Col(nil, 0, x)
	mean, square, least := 0.0, 0.0, math.Inf(1)
	for _, v := range a {
		mean, least = mean+v/4000, min(least, v)
	}
	for _, v := range a {
		square += (v - mean) * (v - mean) / 4000
	}
	if c := f.Columns[1]; f.Rows != 4000 || f.Refused != 2 || c.Name != "a" || math.Abs(c.Mean-mean) > 1e-9 || math.Abs(c.Std-math.Sqrt(square)) > 1e-6 || c.Min != least ||
		math.Abs(c.Quantiles["0.5"]-100) > 1 {
		t.Errorf("%s: want mean %v, std %v, min %v", raw, mean, math.Sqrt(square), least)
	}
}

// TestFitRBIG: the flow is the one that one machine makes of the same rows in one go, and describes them better than normals would.
func TestFitRBIG(t *testing.T) {
	glob, x := lake(t, 8000)
	c := RBIGConfig{Files: glob, Columns: []string{"a", "b"}, Blocks: 4}
	many, err := FitRBIG(t.Context(), c)
	errtest.None(t, err)
	filled, err := c.filled()
	errtest.None(t, err)
	alone := &walk{RBIGConfig: filled, summarize: func(flow []byte, cross bool) (*Summary, error) {
		f := &summarizeFn{Flow: flow}
		if err := f.Setup(); err != nil {
			return nil, err
		}
		z, err := f.through(x)
		if err != nil {
			return nil, err
		}
		s := newSummary(2, cross)
		s.add(z)
		return s, nil
	}}
	one, err := alone.fit()
	errtest.None(t, err)
	a, err := many.LogProb(x)
	errtest.None(t, err)
	b, err := one.LogProb(x)
	errtest.None(t, err)
	mean := 0.0
	for i := range a {
		if math.Abs(a[i]-b[i]) > 1e-6 {
			t.Fatalf("row %d: log p = %v of many workers, %v of one machine", i, a[i], b[i])
		}
		mean += a[i] / float64(len(a))
	}
	warm, err := flows.NewGaussianization(2, flows.GaussianizationConfig{Blocks: 5})
	errtest.None(t, err)
	_, err = warm.InitFrom(x, initializers.IGConfig{})
	errtest.None(t, err)
	reference, err := warm.LogProb(x)
	errtest.None(t, err)
	want := 0.0
	for _, lp := range reference {
		want += lp / float64(len(reference))
	}
	if t.Logf("mean log p %.4f, of the warm start of flows on the same rows %.4f", mean, want); mean < want-0.05 {
		t.Errorf("mean log p %v, want about %v, which the walk in memory has", mean, want)
	}
	path := filepath.Join(t.TempDir(), "rbig.gflow")
	errtest.None(t, many.Save(path))
	if _, err = flows.Load(path); err != nil {
		t.Error(err)
	}
}

// TestRotation: what comes out of the first block's rotation is not correlated, whatever went in.
func TestRotation(t *testing.T) {
	const n, d = 2000, 6
	rng := rand.New(rand.NewPCG(3, 4))
	z, mix := mat.NewDense(n, d, nil), initializers.Haar(d, 1)
	for i := range n {
		for j := range d {
			z.Set(i, j, float64(j+1)*rng.NormFloat64())
		}
	}
	var x, turned mat.Dense
	x.Mul(z, mix)
	s := newSummary(d, true)
	s.add(&x)
	rotation, err := (&walk{RBIGConfig: RBIGConfig{Columns: make([]string, d)}}).rotation(s, 0)
	errtest.None(t, err)
	flow, err := flows.New(flows.Named{Name: "rotation", Layer: rotation})
	errtest.None(t, err)
	out, _, err := flow.Forward(&x)
	errtest.None(t, err)
	turned.CloneFrom(out)
	after := newSummary(d, true)
	after.add(&turned)
	_, covariance := after.moments()
	for j := range d {
		for k := range j {
			if math.Abs(covariance.At(j, k)) > 1e-6 {
				t.Errorf("covariance of %d and %d is %v, want 0", j, k, covariance.At(j, k))
			}
		}
	}
}
