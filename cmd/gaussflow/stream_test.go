//go:build unix

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"gaussflow/data"
)

// memoryLimit is the most resident memory that score and fit may use, whatever the table's size.
const memoryLimit = 200 << 20

// TestStream scores a long table that comes through a pipe, under a memory limit, and keeps its order.
// GAUSSFLOW_LONG=1 makes it 2,000,000 rows.
func TestStream(t *testing.T) {
	rows := 100_000
	if os.Getenv("GAUSSFLOW_LONG") != "" {
		rows = 2_000_000
	}
	folder, err := moons()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command("gaussflow", "score", filepath.Join(folder, "moons.gflow"), "-")
	stdin, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if err = c.Start(); err != nil {
		t.Fatal(err)
	}
	go writeRows(stdin, rows)
	checkOrder(t, stdout, rows)
	if err = c.Wait(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%.0f rows/s, %d MB resident", float64(rows)/time.Since(start).Seconds(), resident(c)>>20)
	if got := resident(c); got > memoryLimit {
		t.Errorf("%d MB resident, want at most %d", got>>20, memoryLimit>>20)
	}
}

// TestFitHoldsFewRows fits to a sample of the rows of a long table, under a memory limit. GAUSSFLOW_LONG=1 makes it 5,000,000 rows.
func TestFitHoldsFewRows(t *testing.T) {
	rows := 100_000
	if os.Getenv("GAUSSFLOW_LONG") != "" {
		rows = 5_000_000
	}
	path := filepath.Join(t.TempDir(), "long.csv")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	writeRows(f, rows)
	var said bytes.Buffer
	c := exec.Command("gaussflow", "fit", path, "-o", filepath.Join(t.TempDir(), "m.gflow"), "--max-rows", "2000", "--preset", "fast", "--epochs", "1")
	c.Stderr = &said
	if err = c.Run(); err != nil {
		t.Fatalf("%v: %s", err, &said)
	}
	if want := fmt.Sprintf("fitted to 2,000 rows drawn evenly of %s;", grouped(rows)); !strings.Contains(said.String(), want) {
		t.Errorf("%q, want %q", &said, want)
	}
	t.Logf("%d rows, %d MB resident", rows, resident(c)>>20)
	if got := resident(c); got > memoryLimit {
		t.Errorf("%d MB resident, want at most %d", got>>20, memoryLimit>>20)
	}
}

// resident is the most memory, in bytes, that a finished command had in use.
func resident(c *exec.Cmd) int64 {
	usage, ok := c.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return int64(usage.Maxrss)
	}
	return int64(usage.Maxrss) << 10
}

// writeRows writes rows numbered from 0.
func writeRows(w io.WriteCloser, n int) {
	defer w.Close()
	out := bufio.NewWriter(w)
	defer out.Flush()
	fmt.Fprintln(out, "id,x1,x2")
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		fmt.Fprintf(out, "%d,%.6f,%.6f\n", i, rng.NormFloat64(), rng.NormFloat64())
	}
}

func checkOrder(t *testing.T, r io.Reader, n int) {
	lines := bufio.NewScanner(r)
	lines.Scan() // header
	for i := range n {
		id := -1
		if !lines.Scan() {
			t.Fatalf("the table ends after %d rows, want %d", i, n)
		}
		if _, err := fmt.Sscanf(lines.Text(), "%d,", &id); err != nil || id != i {
			t.Fatalf("row %d is %q", i, lines.Text())
		}
	}
	if lines.Scan() {
		t.Errorf("a row too many: %q", lines.Text())
	}
}

// BenchmarkScore scores 6 columns from CSV to CSV with the flow of the default preset.
func BenchmarkScore(b *testing.B) {
	const rows = 200_000
	folder := b.TempDir()
	path, model := filepath.Join(folder, "copula.csv"), filepath.Join(folder, "m.gflow")
	law, err := data.NewCopula(0.5, data.LogNormal{}, data.Laplace{}, data.Exponential{}, data.Uniform{}, data.Bimodal{}, data.Laplace{})
	if err != nil {
		b.Fatal(err)
	}
	table, err := data.Draw(law, rows, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		b.Fatal(err)
	}
	if err = table.Write(path); err != nil {
		b.Fatal(err)
	}
	short := filepath.Join(folder, "short.csv")
	few := &data.Table{Names: table.Names, X: mat.DenseCopyOf(table.X.Slice(0, 2000, 0, 6))}
	if err = few.Write(short); err != nil {
		b.Fatal(err)
	}
	if code := run([]string{"fit", short, "-o", model, "--epochs", "2"}, io.Discard, io.Discard); code != exitOK {
		b.Fatalf("fit: exit code %d", code)
	}
	for b.Loop() {
		if code := run([]string{"score", model, path, "-o", filepath.Join(folder, "scored.csv")}, io.Discard, io.Discard); code != exitOK {
			b.Fatalf("score: exit code %d", code)
		}
	}
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
