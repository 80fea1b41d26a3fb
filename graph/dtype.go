package graph

import (
	"cmp"

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
	return strictjson.CheckWord("graph: Dtype", "dtype", cmp.Or(d, Float64), []Dtype{Float64, Float32})
}

// Tensor is d as a dtype of package tensor.
func (d Dtype) Tensor() tensor.Dtype { return d.engine().tensorType() }
