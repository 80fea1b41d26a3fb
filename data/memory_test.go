package data_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"testing"

	"gaussflow/data"
)

// TestConstantMemory streams a table that is larger than the memory that the test allows. GAUSSFLOW_LONG=1 makes it 2,000,000 rows.
func TestConstantMemory(t *testing.T) {
	rows := 200_000
	if os.Getenv("GAUSSFLOW_LONG") != "" {
		rows = 2_000_000
	}
	path := filepath.Join(t.TempDir(), "t.csv")
	writeRows(t, path, rows)
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(16 << 20))
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	f := open(t, path, data.Options{})
	if got := drain(t, f); got != rows {
		t.Errorf("%d rows, want %d", got, rows)
	}
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 16<<20 {
		t.Errorf("the heap grew by %d MB", grown>>20)
	}
}

func writeRows(t *testing.T, path string, rows int) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "a,b,c,d,e,f")
	rng := rand.New(rand.NewPCG(9, 9))
	for range rows {
		fmt.Fprintf(w, "%v,%v,%v,%v,%v,%v\n", rng.Float64(), rng.Float64(), rng.Float64(), rng.Float64(), rng.Float64(), rng.Float64())
	}
	if err = w.Flush(); err != nil {
		t.Fatal(err)
	}
}
