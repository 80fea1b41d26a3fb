package hdf5_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"gaussflow/internal/hdf5"
)

// read is a file that h5py has written, by flows/testdata/keras/write.py.
func read(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile("../../flows/testdata/keras/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestRead: paths and shapes of weights that Keras has saved; their numbers are held to the NPZ in package flows.
func TestRead(t *testing.T) {
	datasets, err := hdf5.Read(read(t, "coupling.weights.h5"))
	if err != nil {
		t.Fatal(err)
	}
	if len(datasets) != 18 {
		t.Fatalf("%d arrays, want 18", len(datasets))
	}
	for _, want := range []hdf5.Dataset{
		{Path: "bijector_layers/householder/vars/0", Shape: []int{3, 3}},
		{Path: "bijector_layers/mixture_cdf_coupling/conditioner/layers/dense_1/vars/0", Shape: []int{5, 18}},
		{Path: "bijector_layers/mixture_cdf_coupling_3/conditioner/layers/dense/vars/1", Shape: []int{5}},
	} {
		i := slices.IndexFunc(datasets, func(d hdf5.Dataset) bool { return d.Path == want.Path })
		if i < 0 || !slices.Equal(datasets[i].Shape, want.Shape) {
			t.Errorf("no array %q of shape %v", want.Path, want.Shape)
		}
	}
	for _, d := range datasets {
		n := 1
		for _, s := range d.Shape {
			n *= s
		}
		if len(d.Values) != n || slices.ContainsFunc(d.Values, math.IsNaN) {
			t.Errorf("%s: %d numbers of shape %v: %v", d.Path, len(d.Values), d.Shape, d.Values)
		}
	}
}

// TestDamaged: a file with any byte changed, or cut anywhere, is read or is an error that says so. It does not panic, ask for more memory
// than the file's size, or loop without an end.
func TestDamaged(t *testing.T) {
	good := read(t, "diagonal.weights.h5")
	for name, c := range map[string]struct {
		raw   []byte
		words string
	}{
		"nothing":      {nil, "does not begin"},
		"another file": {[]byte("PK\x03\x04 and more"), "does not begin"},
		"cut off":      {good[:len(good)/2], "cut off"},
		"newer":        {append(append([]byte{}, good[:8]...), append([]byte{3}, good[9:]...)...), "superblock of version 3"},
		"short words":  {append(append([]byte{}, good[:13]...), append([]byte{4, 8}, good[15:]...)...), "offsets of 4"},
	} {
		if _, err := hdf5.Read(c.raw); err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.words)
		}
	}
	if _, err := hdf5.Read(nil); !errors.Is(err, hdf5.ErrNotHDF5) {
		t.Errorf("%v is not ErrNotHDF5", err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		raw := slices.Clone(good)
		for range 1 + rng.IntN(6) {
			raw[rng.IntN(len(raw))] = byte(rng.Uint32())
		}
		check(t, raw[:len(raw)-rng.IntN(2)*rng.IntN(len(raw))])
	}
}

func check(t *testing.T, raw []byte) {
	datasets, err := hdf5.Read(raw)
	total := 0
	for _, d := range datasets {
		total += len(d.Values)
	}
	if err == nil && total > len(raw)/4 {
		t.Errorf("%d numbers out of %d bytes", total, len(raw))
	}
}

func FuzzRead(f *testing.F) {
	f.Add(read(f, "diagonal.weights.h5"))
	f.Add(read(f, "coupling.weights.h5")[:4096])
	f.Fuzz(func(t *testing.T, raw []byte) { check(t, raw) })
}
