package flows_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/graph/safetensors"
	"gaussflow/internal/errtest"
	"gaussflow/train"
)

var flips = flag.Int("flips", 300, "damaged model files of TestFlippedBits and, a tenth of it, checkpoints: 10000 is a long run")

// flipped is data with one bit turned.
func flipped(data []byte, rng *rand.Rand) []byte {
	damaged := bytes.Clone(data)
	damaged[rng.IntN(len(data))] ^= 1 << rng.IntN(8)
	return damaged
}

// TestFlippedBits: a model file with one bit turned is refused, or loads as the same model.
func TestFlippedBits(t *testing.T) {
	x := randomData("blobs", 20, 3, 8)
	rng := rand.New(rand.NewPCG(1, 9))
	for name, f := range savedFlows(t, graph.Float64) {
		data, want := saved(t, f), logProb(t, f, x)
		for range *flips / 4 {
			damaged := flipped(data, rng)
			if got, err := flows.LoadFrom(bytes.NewReader(damaged)); err == nil && (!slices.Equal(logProb(t, got, x), want) || !got.Unverified()) {
				t.Fatalf("%s: a turned bit is read as another flow, or as a verified one", name)
			}
		}
	}
}

// TestFlippedCheckpoint: with one bit of the checkpoint turned, a fit is refused, or resumes as from the intact one.
func TestFlippedCheckpoint(t *testing.T) {
	x := randomData("blobs", 60, 2, 8)
	path := filepath.Join(t.TempDir(), "fit.ckpt")
	run := func(epochs int, c train.Checkpoint) ([]float64, error) {
		f := diagonal(t, 2, flows.GaussianizationConfig{Blocks: 1, Components: 2})
		errtest.None(t, f.Compile(train.Config{}))
		stop := &train.EarlyStopping{Patience: 9, RestoreBest: true}
		_, err := f.Fit(context.Background(), x, train.FitConfig{Epochs: epochs, Workers: 1, Checkpoint: c, Callbacks: []train.Callback{stop}})
		return logProb(t, f, x), err
	}
	_, err := run(1, train.Checkpoint{Path: path})
	errtest.None(t, err)
	data, err := os.ReadFile(path)
	errtest.None(t, err)
	resume := train.Checkpoint{Path: path, Resume: true, Every: 9}
	want, err := run(2, resume)
	errtest.None(t, err)
	rng := rand.New(rand.NewPCG(2, 9))
	for range *flips / 10 {
		errtest.None(t, os.WriteFile(path, flipped(data, rng), 0o600))
		if got, err := run(2, resume); err == nil && !slices.Equal(got, want) {
			t.Fatal("a turned bit is resumed from to another flow")
		}
	}
}

// TestDescriptionSaysThingsOnce: a description with a name that comes twice or with text after its end is refused, and so is
// an unknown metadata string. A file without a checksum is read, and Unverified reports it.
func TestDescriptionSaysThingsOnce(t *testing.T) {
	for name, c := range map[string]struct {
		change func(metadata map[string]string)
		want   error
	}{
		"as it was":    {func(map[string]string) {}, nil},
		"a name twice": {func(m map[string]string) { m["model"] = `{"dim":2,` + m["model"][1:] }, flows.ErrArchitecture},
		"an inner name twice": {func(m map[string]string) {
			m["model"] = strings.Replace(m["model"], `"config":{`, `"config":{"seed":1,"seed":2,`, 1)
		}, flows.ErrArchitecture},
		"trailing text":  {func(m map[string]string) { m["model"] += "x" }, flows.ErrArchitecture},
		"two objects":    {func(m map[string]string) { m["model"] += m["model"] }, flows.ErrArchitecture},
		"another string": {func(m map[string]string) { m["checksun"] = "" }, flows.ErrFormat},
	} {
		file, err := safetensors.Read(bytes.NewReader(saved(t, exampleFlow(t))))
		errtest.None(t, err)
		c.change(file.Metadata)
		var b bytes.Buffer
		errtest.None(t, safetensors.Write(&b, file))
		if _, err := flows.LoadFrom(&b); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
	data := saved(t, exampleFlow(t))
	at, end := bytes.Index(data, []byte(`"checksum":"`)), 8+int(binary.LittleEndian.Uint64(data))
	member := len(`"checksum":"",`) + 64
	old := slices.Concat(data[:at], data[at+member:end], bytes.Repeat([]byte(" "), member), data[end:])
	f, err := flows.LoadFrom(bytes.NewReader(old))
	errtest.None(t, err)
	if !f.Unverified() || exampleFlow(t).Unverified() {
		t.Error("a flow from a file without a checksum, or one from no file, is taken for the other")
	}
}
