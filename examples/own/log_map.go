package main

import (
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/layers"
)

// logMap is a bijector: it takes the logarithm of its positive columns p and leaves the others unchanged,
//
//	z_j = log x_j,  logDet = −Σ_{j∈p} log x_j,  j ∈ p.
//
// Its domain is x_p > 0. It has no parameters.
type logMap struct{ positive layers.Mask } // true for a column of p

// logMapConfig is the configuration of a logMap in a file.
type logMapConfig struct {
	Positive layers.Mask `json:"positive"`
}

func logMapSpecs(dim int, c logMapConfig) ([]graph.ParamSpec, error) {
	return nil, c.Positive.Validate(dim)
}

func newLogMap(dim int, c logMapConfig, _ []*graph.Param) (logMap, error) {
	return logMap{c.Positive}, c.Positive.Validate(dim)
}

func (l logMap) Config() logMapConfig   { return logMapConfig{l.positive} }
func (l logMap) Dim() int               { return len(l.positive) }
func (l logMap) Params() []*graph.Param { return nil }

func (l logMap) Forward(b *graph.Builder, x, _ *G.Node) (z, logDet *G.Node) {
	p, others := b.Split(x, l.positive)
	logs := b.Log(p)
	return b.Join(logs, others, l.positive), b.Scale(b.SumLast(logs), -1)
}

func (l logMap) Inverse(b *graph.Builder, z, _ *G.Node) (x, logDet *G.Node) {
	logs, others := b.Split(z, l.positive)
	return b.Join(b.Exp(logs), others, l.positive), b.SumLast(logs)
}

func init() { must(layers.Register("own.log", logMapSpecs, newLogMap)) }
