package main

import (
	"errors"
	"io"
	"slices"
	"testing"
)

func TestNormalTableIsTheSameAtEveryPass(t *testing.T) {
	table := normalTable{rows: 10, dim: 3}
	var passes [2][]float64
	for i, room := range []int{4, 10} {
		r, err := table.Open()
		if err != nil {
			t.Fatal(err)
		}
		for {
			dst := make([]float64, room*table.dim)
			n, err := r.Read(dst)
			passes[i] = append(passes[i], dst[:n*table.dim]...)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(passes[0]) != 30 || !slices.Equal(passes[0], passes[1]) {
		t.Errorf("passes of %d and %d numbers, want the same 30", len(passes[0]), len(passes[1]))
	}
}
