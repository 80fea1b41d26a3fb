package tabular_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"gaussflow/flows"
	"gaussflow/graph/safetensors"
	"gaussflow/internal/costs"
	"gaussflow/tabular"
	"gaussflow/train"
)

// TestCost changes model files and a checkpoint at random and measures the memory and time that reading them takes; see costs.Hunt.
func TestCost(t *testing.T) {
	folder := t.TempDir()
	x, checkpoint, changed := curve(60, 2, 9), filepath.Join(folder, "fit.ckpt"), filepath.Join(folder, "m.gflow")
	resume := func() {
		flow, err := flows.NewCoupling(2, flows.CouplingConfig{Blocks: 1, Hidden: []int{4}, Components: 2})
		if err == nil {
			err = flow.Compile(train.Config{})
		}
		if err != nil {
			t.Fatal(err)
		}
		// the cost of failed reads counts, too
		flow.Fit(context.Background(), x, train.FitConfig{Epochs: 1, Workers: 1, Checkpoint: train.Checkpoint{Path: checkpoint, Resume: true}}) //nolint:errcheck
	}
	resume()
	kept, err := os.ReadFile(checkpoint)
	if err != nil {
		t.Fatal(err)
	}
	model := saved(t, fit(t, x, quick))
	good := [][]byte{kept, model}
	costs.Hunt(t, func(rng *rand.Rand) []byte { return changedTensors(rng, good[rng.IntN(len(good))]) },
		func(content []byte) (uint64, time.Duration) {
			for _, path := range []string{checkpoint, changed} {
				if err := os.WriteFile(path, content, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			var most uint64
			var longest time.Duration
			for _, read := range []func(){
				func() { safetensors.Read(bytes.NewReader(content)) }, //nolint:errcheck
				func() { flows.LoadFrom(bytes.NewReader(content)) },   //nolint:errcheck
				func() { tabular.Load(changed) },                      //nolint:errcheck
				resume,
			} {
				bytes, took := costs.Of(read)
				most, longest = max(most, bytes), max(longest, took)
			}
			return most, longest
		})
}

var (
	number   = regexp.MustCompile(`[0-9]+`)
	checksum = regexp.MustCompile(`"checksum":"([0-9a-f]{64})"`)
	claims   = []string{"0", "1", "-1", "7", "4096", "1048576", "16777216", "268435456", "9007199254740993", "18446744073709551615", "1e308"}
)

// changedTensors is a safetensors file with a few bytes or numbers of its header changed. Most often its lengths and its
// checksum are corrected afterwards, so that the code behind these checks is reached.
func changedTensors(rng *rand.Rand, file []byte) []byte {
	if rng.IntN(4) == 0 {
		return costs.Mutated(rng, file)
	}
	length := binary.LittleEndian.Uint64(file)
	header, data := bytes.Clone(file[8:8+length]), bytes.Clone(file[8+length:])
	for range 1 + rng.IntN(3) {
		all := number.FindAllIndex(header, -1)
		at, claim := all[rng.IntN(len(all))], []byte(claims[rng.IntN(len(claims))])
		if old := header[at[0]:at[1]]; rng.IntN(2) == 0 { // changed in all places, because claims that agree with each other are checked later
			header = number.ReplaceAllFunc(header, func(n []byte) []byte {
				if bytes.Equal(n, old) {
					return claim
				}
				return n
			})
			continue
		}
		header = append(append(bytes.Clone(header[:at[0]]), claim...), header[at[1]:]...)
	}
	if rng.IntN(4) == 0 {
		header = costs.Mutated(rng, header)
	}
	if len(data) > 0 && rng.IntN(4) == 0 {
		data = costs.Mutated(rng, data)
	}
	file = append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...), data...)
	if at := checksum.FindSubmatchIndex(file); at != nil {
		copy(file[at[2]:at[3]], bytes.Repeat([]byte("0"), 64))
		copy(file[at[2]:at[3]], fmt.Sprintf("%x", sha256.Sum256(file)))
	}
	return file
}
