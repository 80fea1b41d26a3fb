//go:build linux

package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"gaussflow/data"
	"gaussflow/internal/defaults"
)

// writeLake writes n rows of d columns as some files, and returns their glob.
func writeLake(dir string, n, d, files int) (glob string, err error) {
	if err = os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	law, err := lawOf(d)
	if err != nil {
		return "", err
	}
	for k := range files {
		if err = writeFile(filepath.Join(dir, fmt.Sprintf("part-%05d.npy", k)), law, (k+1)*n/files-k*n/files, uint64(k)); err != nil {
			return "", err
		}
	}
	return filepath.Join(dir, "*.npy"), nil
}

// lawOf is the law of d columns: of five kinds, each of which depends on all others.
func lawOf(d int) (data.Distribution, error) {
	laws := []data.Margin{data.LogNormal{}, data.Uniform{}, data.Laplace{}, data.Exponential{}, data.Bimodal{}}
	margins := make([]data.Margin, d)
	for j := range margins {
		margins[j] = laws[j%len(laws)]
	}
	return data.NewCopula(0.6, margins...)
}

func writeFile(path string, law data.Distribution, rows int, seed uint64) error {
	w, err := data.Create(path, defaults.Names("x", law.Dim()))
	if err != nil {
		return err
	}
	defer w.Discard()
	rng, row := rand.New(rand.NewPCG(seed, 0)), make([]float64, law.Dim())
	for range rows {
		law.Rand(rng, row)
		if err = w.Write(row); err != nil {
			return err
		}
	}
	return w.Close()
}
