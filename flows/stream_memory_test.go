package flows_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"testing"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/internal/errtest"
	"gaussflow/internal/testsize"
	"gaussflow/layers"
	"gaussflow/rows"
	"gaussflow/train"
)

var long = flag.Bool("long", false, "stream 1,000,000 rows instead of 60,000")

// synthetic is a source of independent normal columns of very different location and scale; rows are made when they are read.
type synthetic struct{ rows, dim int }

func (s synthetic) Dim() int { return s.dim }

func (s synthetic) Open() (rows.Reader, error) {
	return &syntheticRows{s, rand.New(rand.NewPCG(3, 1)), 0}, nil
}

func (synthetic) mean(j int) float64  { return 1000 * float64(j) }
func (synthetic) scale(j int) float64 { return math.Exp(float64(j%7) - 3) }

// nll is the entropy of a row, which is the least possible mean loss.
func (s synthetic) nll() (total float64) {
	for j := range s.dim {
		total += math.Log(s.scale(j)) + 0.5*math.Log(2*math.Pi*math.E)
	}
	return total
}

type syntheticRows struct {
	synthetic
	rng *rand.Rand
	at  int
}

func (r *syntheticRows) Read(dst []float64) (rows int, err error) {
	for ; rows < len(dst)/r.dim && r.at < r.rows; rows++ {
		for j := range r.dim {
			dst[rows*r.dim+j] = r.mean(j) + r.scale(j)*float64(float32(r.rng.NormFloat64()))
		}
		r.at++
	}
	if rows == 0 {
		return 0, io.EOF
	}
	return rows, nil
}

func (r *syntheticRows) Close() error { return nil }

// TestStreamMemory standardizes, trains on and scores a table whose rows are made when they are read. Memory must not grow
// with the rows, which would fill 20 MB, or with -long 344 MB.
func TestStreamMemory(t *testing.T) {
	src, window := synthetic{testsize.Of(t, 60_000, 20_000), 43}, 4096
	if *long {
		src.rows, window = 1_000_000, 0
	}
	ctx := context.Background()
	standardize, err := layers.NewStandardizeFrom(train.Batches(ctx, src, train.SourceRows(src.dim)), layers.AffineConfig{Dtype: graph.Float32})
	errtest.None(t, err)
	rotation, err := layers.NewHouseholder(src.dim, layers.HouseholderConfig{Reflectors: 8, Dtype: graph.Float32, Seed: 1})
	errtest.None(t, err)
	marginal, err := layers.NewMixtureCDF(src.dim, layers.MixtureCDFConfig{Components: 2, Dtype: graph.Float32, Seed: 1})
	errtest.None(t, err)
	f, err := flows.New(flows.Named{Name: "standardize", Layer: standardize}, flows.Named{Name: "rotation", Layer: rotation}, flows.Named{Name: "marginal", Layer: marginal})
	errtest.None(t, err)
	errtest.None(t, f.Compile(train.Config{Optimizer: train.Adam{LearningRate: 1e-2}}))
	start, err := f.EvaluateSource(ctx, synthetic{2000, src.dim})
	errtest.None(t, err)

	var training, scoring memory
	const size, warm = 512, 24 // both in batches
	h, err := f.FitSource(ctx, src, train.FitConfig{BatchSize: size, ShuffleRows: window, Callbacks: []train.Callback{
		train.LambdaCallback{BatchEnd: func(s *train.State) error { training.watch(t, s.Batch >= warm); return nil }}}})
	errtest.None(t, err)
	t.Logf("epoch of %d×%d in %.1f s; loss from %.2f to %.2f, the least is %.2f", src.rows, src.dim, h.Seconds[0], start, h.Loss[0], src.nll())
	training.flat(t, "training")

	loss, err := f.EvaluateSource(ctx, src)
	errtest.None(t, err)
	n, total := 0, 0.0
	for lp, err := range f.LogProbSource(ctx, src) {
		errtest.None(t, err)
		total += lp
		if n++; n%size == 0 {
			scoring.watch(t, n > 16*1024)
		}
	}
	scoring.flat(t, "scoring")
	if n != src.rows || math.Abs(total/float64(n)+loss) > 1e-6*math.Abs(loss) {
		t.Errorf("log p of %d rows, mean %v; want %d, %v", n, total/float64(n), src.rows, -loss)
	}
	if !(loss < h.Loss[0] && h.Loss[0] < start && loss > src.nll()-0.1) {
		t.Errorf("the loss was %v, in the epoch %v, then %v; want it to fall, to %v at most", start, h.Loss[0], loss, src.nll())
	}
	if f.Metadata.Training.Rows != src.rows {
		t.Errorf("Metadata.Training.Rows = %d, want %d", f.Metadata.Training.Rows, src.rows)
	}
}

// memory records how much memory the process uses, in bytes.
type memory struct{ first, most use }

type use struct{ resident, heap int }

// watch records the memory in use, unless the process is still warming up.
func (m *memory) watch(t *testing.T, warm bool) {
	if !warm {
		return
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	now := use{resident(t), int(stats.HeapInuse)}
	if m.first == (use{}) {
		m.first = now
	}
	m.most = use{max(m.most.resident, now.resident), max(m.most.heap, now.heap)}
}

// flat fails where the memory has grown since the warming up.
func (m *memory) flat(t *testing.T, work string) {
	t.Helper()
	t.Logf("%s: resident from %d to at most %d MB, heap in use from %d to at most %d MB",
		work, m.first.resident>>20, m.most.resident>>20, m.first.heap>>20, m.most.heap>>20)
	const slack = 8 << 20 // room for the garbage collector
	if m.most.resident-m.first.resident > slack || m.most.heap-m.first.heap > slack {
		t.Errorf("%s: the memory grows with the rows: from %+v to %+v", work, m.first, m.most)
	}
}

// resident is the process's resident memory, or 0 on systems that do not report it.
func resident(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	var all, pages int
	if _, err := fmt.Sscan(string(text), &all, &pages); err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}
