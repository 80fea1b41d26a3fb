//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"gaussflow/data"
	"gaussflow/graph/safetensors"
	"gaussflow/internal/files"
	"gaussflow/internal/files/faults"
	"gaussflow/tabular"
)

var kills = flag.Int("kills", 48, "how many times TestKills kills a command")

// killed are the commands that write files, with their outputs, in every format.
var killed = []struct {
	args    []string
	outputs []string
}{
	{append([]string{"fit", "moons.csv", "-o", "m.gflow", "--history", "h.csv", "--report", "r.html"}, small...), []string{"m.gflow", "h.csv", "r.html"}},
	{[]string{"score", "moons.gflow", "moons.csv", "-o", "s.csv"}, []string{"s.csv"}},
	{[]string{"score", "moons.gflow", "moons.csv", "-o", "s.tsv.gz"}, []string{"s.tsv.gz"}},
	{[]string{"score", "moons.gflow", "moons.csv", "-o", "s.csv.zst"}, []string{"s.csv.zst"}},
	{[]string{"sample", "moons.gflow", "-o", "s.parquet"}, []string{"s.parquet"}},
	{[]string{"transform", "moons.gflow", "moons.csv", "-o", "z.npy"}, []string{"z.npy"}},
	{[]string{"transform", "moons.gflow", "moons.csv", "-o", "z.parquet"}, []string{"z.parquet"}},
	{[]string{"inverse", "moons.gflow", "z.csv", "-o", "x.csv"}, []string{"x.csv"}},
	{[]string{"report", "moons.gflow", "moons.csv", "-o", "r.html"}, []string{"r.html"}},
	{[]string{"compare", "moons.csv", "moons.csv", "--draws", "19", "-o", "r.html"}, []string{"r.html"}},
	{[]string{"fit", "shop.csv", "-o", "t.gflow", "--epochs", "2", "--workers", "1"}, []string{"t.gflow"}},
	{[]string{"impute", "shop.gflow", "shop.csv", "-o", "i.csv"}, []string{"i.csv"}},
	{[]string{"predict", "shop.gflow", "shop.csv", "price", "-o", "q.parquet"}, []string{"q.parquet"}},
	{[]string{"inspect", "shop.csv", "--schema", "k.json"}, []string{"k.json"}},
	{[]string{"convert", "moons.gflow", "-o", "w.npz"}, []string{"w.npz"}},
	{[]string{"convert", "moons.gflow", "weights.npz", "-o", "c.gflow"}, []string{"c.gflow"}},
}

// deaths are the signals that end a run early.
var deaths = []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP}

// TestKills ends commands at calls on the disk and at random moments. Each output must then be the old file or a complete
// new one, and after the next run no other files may be left. -kills 1000 is the long version.
func TestKills(t *testing.T) {
	hear()
	rng := rand.New(rand.NewPCG(uint64(*kills), 9))
	inputs := killInputs(t)
	counts := make([]int, len(killed))
	took := make([]time.Duration, len(killed))
	for i, k := range killed {
		counter := &faults.System{}
		restore := files.SetSystem(counter)
		start := time.Now()
		code, stderr := runIn(t, killFolder(t, inputs, nil), k.args)
		took[i], counts[i] = time.Since(start), counter.Calls
		restore()
		if code != exitOK || counter.Calls < 5 {
			t.Fatalf("%q: exit code %d after %d calls on the disk: %s", k.args, code, counter.Calls, stderr)
		}
	}
	ended := 0
	for i := range *kills {
		k, of := killed[i%len(killed)], i%len(killed)
		death := deaths[i/len(killed)%len(deaths)]
		folder := killFolder(t, inputs, k.outputs)
		c := exec.Command("gaussflow", k.args...)
		c.Dir = folder
		at := fmt.Sprintf("call %d of %d", 1+rng.IntN(counts[of]), counts[of])
		if i%3 < 2 {
			c.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d", signalAt, strings.Fields(at)[1], death))
			_ = c.Run() // an error is expected, because the command is killed in most cases
		} else {
			after := time.Duration(rng.Float64() * 2 * float64(took[of]))
			at = after.String()
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			timer := time.AfterFunc(after, func() { _ = c.Process.Signal(death) })
			_ = c.Wait()
			timer.Stop()
		}
		if !c.ProcessState.Success() {
			ended++
		}
		for _, name := range k.outputs {
			if err := wholeOrOld(filepath.Join(folder, name)); err != nil {
				t.Errorf("%q, %v at %s: %s: %v", k.args, death, at, name, err)
			}
		}
		if code, stderr := runIn(t, folder, k.args); code != exitOK {
			t.Errorf("%q, %v at %s: the next run: exit code %d: %s", k.args, death, at, code, stderr)
		}
		if got, want := names(t, folder), slices.Sorted(slices.Values(slices.Concat(k.outputs, slices.Collect(mapKeys(inputs))))); !slices.Equal(got, want) {
			t.Errorf("%q, %v at %s: after the next run the folder holds %q, want %q", k.args, death, at, got, want)
		}
	}
	t.Logf("%d of %d runs ended before their time", ended, *kills)
	if ended < *kills/3 {
		t.Errorf("only %d of %d runs ended before their time", ended, *kills)
	}
}

func mapKeys(m map[string][]byte) func(func(string) bool) {
	return func(yield func(string) bool) {
		for name := range m {
			if !yield(name) {
				return
			}
		}
	}
}

// killInputs are the files that the commands read.
func killInputs(t *testing.T) map[string][]byte {
	t.Helper()
	folder := workFolder(t)
	if err := os.WriteFile(filepath.Join(folder, "shop.csv"), shop(300), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"transform", "moons.gflow", "moons.csv", "-o", "z.csv"}, {"convert", "moons.gflow", "-o", "weights.npz"},
		{"fit", "shop.csv", "--epochs", "2", "--workers", "1"},
	} {
		if code, stderr := runIn(t, folder, args); code != exitOK {
			t.Fatalf("%q: %s", args, stderr)
		}
	}
	inputs := map[string][]byte{}
	for _, name := range names(t, folder) {
		inputs[name] = read(t, filepath.Join(folder, name))
	}
	return inputs
}

// shop is a table with categories and missing cells.
func shop(rows int) []byte {
	rng, text := rand.New(rand.NewPCG(6, 6)), []byte("city,price,rooms\n")
	for i := range rows {
		text = fmt.Appendf(text, "%s,%.2f,", []string{"Oslo", "Bonn", "Lima"}[rng.IntN(3)], 100+20*rng.NormFloat64())
		if i%9 > 0 {
			text = fmt.Append(text, 1+rng.IntN(5))
		}
		text = append(text, '\n')
	}
	return text
}

const oldContent = "what was here before"

func killFolder(t *testing.T, inputs map[string][]byte, outputs []string) string {
	t.Helper()
	folder, err := os.MkdirTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range inputs {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range outputs {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(oldContent), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// runIn runs the tool in a folder, within this process.
func runIn(t *testing.T, folder string, args []string) (code int, stderr string) {
	t.Helper()
	t.Chdir(folder)
	var text bytes.Buffer
	return run(args, io.Discard, &text), text.String()
}

func names(t *testing.T, folder string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// wholeOrOld returns an error for a file that is neither the old one nor complete.
func wholeOrOld(path string) error {
	raw, err := os.ReadFile(path)
	if err != nil || string(raw) == oldContent {
		return err
	}
	switch {
	case strings.HasSuffix(path, ".gflow"):
		if _, err = tabular.Load(path); err != nil {
			_, err = safetensors.ReadFile(path) // a model that convert wrote has no facts of a table
		}
	case strings.HasSuffix(path, ".html"):
		if !bytes.HasSuffix(bytes.TrimSpace(raw), []byte("</html>")) {
			err = fmt.Errorf("ends with %q", raw[max(0, len(raw)-40):])
		}
	case strings.HasSuffix(path, "h.csv"):
		if !bytes.HasPrefix(raw, []byte("epoch,loss,")) || !bytes.HasSuffix(raw, []byte("\n")) {
			err = fmt.Errorf("holds %q", raw)
		}
	case strings.HasSuffix(path, "w.npz"):
		var file *data.File
		if file, err = data.Open(path, data.Options{Key: "standardize.shift"}); err == nil {
			_, err = file.ReadAll()
		}
	case strings.HasSuffix(path, ".json"):
		if !json.Valid(raw) {
			err = fmt.Errorf("holds %q", raw)
		}
	default:
		var rows int
		if rows, err = rowsOf(path); err == nil && rows != 300 && rows != 1000 {
			err = fmt.Errorf("%d rows, want 300, or 1000 of a sample", rows)
		}
	}
	return err
}

// rowsOf reads a whole table and returns the number of its rows.
func rowsOf(path string) (rows int, err error) {
	file, err := data.Open(path, data.Options{})
	if err != nil {
		return 0, err
	}
	pass, err := file.Pass()
	if err != nil {
		return 0, err
	}
	defer pass.Close()
	for ; ; rows++ {
		switch err = pass.Next(); {
		case errors.Is(err, io.EOF):
			return rows, nil
		case err != nil:
			return rows, err
		case pass.Fault() != "":
			return rows, errors.New(pass.Fault())
		}
	}
}
