// Package costs measures, for tests, what reading a small input takes: no input of up to 1 MB may take more than MostBytes of
// memory or MostTime.
package costs

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// What no input of up to 1 MB may take: memory made in all, kept or not, and time.
const (
	MostBytes = 256 << 20
	MostTime  = 5 * time.Second
)

// Of is what work takes.
func Of(work func()) (bytes uint64, took time.Duration) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	work()
	took = time.Since(start)
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc, took
}

// TooMuch says whether an input has taken more than it may. Under the race detector nothing is too much: it has pools forget what
// they hold, at random, and makes everything many times slower.
func TooMuch(bytes uint64, took time.Duration) bool {
	return counts && (bytes > MostBytes || took > MostTime)
}

// Hunt makes inputs and measures what they cost; the first that costs too much ends the test, and is kept. GAUSSFLOW_COST is for how
// long, as 8h, default two seconds.
func Hunt(t *testing.T, input func(rng *rand.Rand) []byte, cost func(content []byte) (bytes uint64, took time.Duration)) {
	t.Helper()
	long := 2 * time.Second
	if text := os.Getenv("GAUSSFLOW_COST"); text != "" {
		var err error
		if long, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
	}
	seed := uint64(time.Now().UnixNano())
	rng := rand.New(rand.NewPCG(seed, 0))
	runs, begin := 0, time.Now()
	var dearest uint64
	for ; time.Since(begin) < long; runs++ {
		content := input(rng)
		bytes, took := cost(content)
		dearest = max(dearest, bytes)
		if TooMuch(bytes, took) {
			path := filepath.Join(os.TempDir(), fmt.Sprintf("gaussflow-cost-%016x", seed))
			t.Fatalf("execution %d of seed %d: %d MB and %v; the input is kept in %s: %v", runs, seed, bytes>>20, took, path, os.WriteFile(path, content, 0o644))
		}
	}
	t.Logf("%d executions in %v, the dearest %d MB", runs, time.Since(begin).Round(time.Second), dearest>>20)
}

// Mutated is content with a few bytes changed, most often near the ends, where files have their headers.
func Mutated(rng *rand.Rand, content []byte) []byte {
	b := bytes.Clone(content)
	for range 1 + rng.IntN(4) {
		at := rng.IntN(len(b))
		if near := min(len(b), 400); rng.IntN(2) == 0 {
			at = len(b) - 1 - rng.IntN(near)
		}
		switch rng.IntN(4) {
		case 0:
			b[at] ^= 1 << rng.IntN(8)
		case 1:
			b[at] = byte(rng.Uint32())
		case 2:
			b[at] = 0xff
		default:
			copy(b[at:], []byte{0xff, 0xff, 0xff, 0xff, 0x07})
		}
	}
	if rng.IntN(8) == 0 {
		b = b[:rng.IntN(len(b))]
	}
	return b
}
