package graph

import (
	"gorgonia.org/tensor"

	"gaussflow/internal/strictjson"
)

// Dtype names the storage type of a model; the zero value means Float64.
type Dtype string

// The storage types.
const (
	Float64 Dtype = "float64"
	Float32 Dtype = "float32"
)

// Validate reports a Dtype that is neither Float64, Float32 nor empty.
func (d Dtype) Validate() error {
	switch d {
	case "", Float64, Float32:
		return nil
	}
	return &strictjson.WordError{Where: "graph: Dtype", Name: "dtype", Got: string(d), Known: []string{string(Float64), string(Float32)}}
}

// Tensor is d as a dtype of package tensor.
func (d Dtype) Tensor() tensor.Dtype { return d.engine().tensorType() }
