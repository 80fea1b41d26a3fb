// Package costs measures, for tests, the resources needed to read a small input: no input of up to 1 MB may take more than
// MostBytes of memory or MostTime.
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

// The limits for an input of up to 1 MB: total memory allocated, whether kept or not, and time.
const (
	MostBytes = 256 << 20
	MostTime  = 5 * time.Second
)

// Of measures what work takes.
func Of(work func()) (bytes uint64, took time.Duration) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	work()
	took = time.Since(start)
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc, took
}

// TooMuch reports whether an input has exceeded a limit. With the race detector there are no limits, because it randomly drops
// what pools hold, and makes everything many times slower.
func TooMuch(bytes uint64, took time.Duration) bool {
	return counts && (bytes > MostBytes || took > MostTime)
}

// Hunt generates inputs and measures their cost. The first one that costs too much is kept in a file, and ends the test.
// GAUSSFLOW_COST sets how long it runs, as 8h; default two seconds.
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
