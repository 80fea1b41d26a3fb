package tabular

import (
	"slices"

	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
)

// draws are rows with their noise, mapped by the fixed layers ahead of the family's.
func (f *fit) draws(x *mat.Dense, copies int, gaussian []float64, seed uint64) (mat.Matrix, error) {
	t := &noisy{x: x, copies: copies, quantum: f.quantum, gaussian: gaussian, seed: seed}
	if f.ahead == nil {
		return t, nil
	}
	none := make([]float64, len(gaussian))
	if !slices.ContainsFunc(f.quantum, func(q float64) bool { return q > 0 }) {
		y, _, err := f.ahead.flow.Forward(x)
		t.x, t.quantum = y, none
		return t, err
	}
	t.gaussian = none
	m := &mapped{raw: t, ahead: f.ahead.flow, noisy: noisy{copies: 1, quantum: none, gaussian: gaussian, seed: seed}}
	m.draw()
	return m, m.err
}

// mapped is a table whose rows are dequantized, mapped and then given Gaussian noise.
type mapped struct {
	noisy
	raw   *noisy
	ahead *flows.Flow
	err   error
}

func (m *mapped) draw() {
	if y, _, err := m.ahead.Forward(m.raw); err != nil {
		m.err = err
	} else {
		m.x = y
	}
}

// T is the transpose.
func (m *mapped) T() mat.Matrix { return mat.Transpose{Matrix: m} }

// Err says why a draw could not be mapped.
func (m *mapped) Err() error { return m.err }

// Redraw gives the rows the noise of an epoch.
func (m *mapped) Redraw(epoch int) {
	m.noisy.Redraw(epoch)
	m.raw.Redraw(epoch)
	m.draw()
}
