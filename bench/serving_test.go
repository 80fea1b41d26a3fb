package bench

import (
	"flag"
	"math"
	"runtime"
	"sync"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
	"gaussflow/internal/errtest"
)

var serve = flag.Duration("serve", 0, "score single rows for so long, 10m say, and hold the 99.9th percentile of the time to 5 times the median")

// TestServing scores single rows from 8 goroutines, one call after the other, while garbage is collected again and again.
// Each answer must be the one that a single goroutine gets. The times are compared with their limit only with -serve,
// because on a shared machine they depend mostly on other programs.
func TestServing(t *testing.T) {
	const clients, rows = 8, 64
	lasts, collect := 200*time.Millisecond, 20*time.Millisecond
	if *serve > 0 {
		lasts, collect = *serve, 2*time.Second
	}
	f, err := Shapes[1].Flow(graph.Float64)
	errtest.None(t, err)
	x := Shapes[1].Data(rows)
	var want [rows]float64
	for i := range want {
		lp, err := f.LogProb(x.Slice(i, i+1, 0, Shapes[1].Dim))
		errtest.None(t, err)
		want[i] = lp[0]
	}
	deadline := time.Now().Add(lasts)
	var times [clients]latencies
	var wg sync.WaitGroup
	for c := range clients {
		wg.Go(func() {
			for i := c; time.Now().Before(deadline); i++ {
				row := mat.NewDense(1, Shapes[1].Dim, x.RawRowView(i%rows))
				start := time.Now()
				lp, err := f.LogProb(row)
				times[c].add(time.Since(start))
				if err != nil || lp[0] != want[i%rows] {
					t.Errorf("row %d: log p = %v, %v, want %v", i%rows, lp, err, want[i%rows])
					return
				}
			}
		})
	}
	for time.Now().Before(deadline) {
		time.Sleep(min(collect, time.Until(deadline)))
		runtime.GC()
	}
	wg.Wait()
	var all latencies
	for i := range times {
		all.merge(&times[i])
	}
	median, tail := all.quantile(0.5), all.quantile(0.999)
	t.Logf("%d calls in %v from %d goroutines on %d processors: median %v, p99 %v, p99.9 %v (%.2f medians), longest %v",
		all.n, lasts, clients, runtime.GOMAXPROCS(0), median, all.quantile(0.99), tail, float64(tail)/float64(median), all.longest)
	if *serve > 0 && tail > 5*median {
		t.Errorf("the 99.9th percentile is %v, want at most 5 times the median, %v", tail, median)
	}
}

// latencies counts times in bins that are 1 % wide.
type latencies struct {
	counts  [3000]int // from 1 ns to 2.5 h
	n       int
	longest time.Duration
}

func (l *latencies) add(d time.Duration) {
	at := math.Log(float64(max(d, 1))) / math.Log(1.01)
	l.counts[min(int(at), len(l.counts)-1)]++
	l.n++
	l.longest = max(l.longest, d)
}

func (l *latencies) merge(other *latencies) {
	for i, n := range other.counts {
		l.counts[i] += n
	}
	l.n += other.n
	l.longest = max(l.longest, other.longest)
}

// quantile is the time, to within 1 %, that a share q of the times does not exceed.
func (l *latencies) quantile(q float64) time.Duration {
	rest := int(math.Ceil(q * float64(l.n)))
	for i, n := range l.counts {
		if rest -= n; rest <= 0 {
			return time.Duration(math.Pow(1.01, float64(i+1)))
		}
	}
	return l.longest
}
