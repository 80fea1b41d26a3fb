package manual

import (
	"math"

	"gaussflow/graph/kernel"
)

// addRelu is h ← max(h + b, 0), b for every row. By bits: a branch would be mispredicted half of the time.
func addRelu[T kernel.Float](h, b []T) {
	switch h := any(h).(type) {
	case []float64:
		addRelu64(h, any(b).([]float64))
	case []float32:
		addRelu32(h, any(b).([]float32))
	}
}

func addRelu64(h, b []float64) {
	for ; len(h) >= len(b); h = h[len(b):] {
		row := h[:len(b)]
		for j, v := range b {
			bits := math.Float64bits(row[j] + v)
			row[j] = math.Float64frombits(bits &^ uint64(int64(bits)>>63))
		}
	}
}

func addRelu32(h, b []float32) {
	for ; len(h) >= len(b); h = h[len(b):] {
		row := h[:len(b)]
		for j, v := range b {
			bits := math.Float32bits(row[j] + v)
			row[j] = math.Float32frombits(bits &^ uint32(int32(bits)>>31))
		}
	}
}

// maskRelu is g ← g where h > 0 and 0 where h = 0, for a rectified h.
func maskRelu[T kernel.Float](g, h []T) {
	switch g := any(g).(type) {
	case []float64:
		maskRelu64(g, any(h).([]float64))
	case []float32:
		maskRelu32(g, any(h).([]float32))
	}
}

func maskRelu64(g, h []float64) {
	h = h[:len(g)]
	for i, v := range g {
		on := uint64(-int64(math.Float64bits(h[i])) >> 63)
		g[i] = math.Float64frombits(math.Float64bits(v) & on)
	}
}

func maskRelu32(g, h []float32) {
	h = h[:len(g)]
	for i, v := range g {
		on := uint32(-int32(math.Float32bits(h[i])) >> 31)
		g[i] = math.Float32frombits(math.Float32bits(v) & on)
	}
}
