// Package graph writes, differentiates and runs expression graphs on Gorgonia.
//
// A Builder writes one graph; its error is sticky, so that code that builds a graph reads as maths. Its methods are the ops:
// arithmetic, sums, products, log Φ and its inverse, the mixture maps, dense layers, rotations. Grad adds gradients by
// Gorgonia's symbolic differentiation. Build, or the Builder's Compile, makes a Program: a list of steps over memory that is
// allocated once. A Param is shared by all programs that use it. A RowFunc evaluates a graph on any number of rows, from any
// number of goroutines. A GradFunc sums a cost and its gradients in parameters over rows, as a training step does.
//
//	program, err := graph.Build(graph.Float64, func(b *graph.Builder) []*gorgonia.Node {
//		x = b.Input("x", rows, d)
//		y = b.MatMul(x, b.Param(w))
//		return []*gorgonia.Node{y}
//	})
//	program.Set(x, values)
//	err = program.Run()
//	program.Get(y, result)
//
// The numerics are in package kernel, which knows nothing of graphs. An op is one file, op_….go: a comparable struct with shape,
// kernels and grads. The type of numbers is chosen once, by the Dtype with which a Builder, a Param or a RowFunc is made: an
// engine for that type compiles and runs the graph.
package graph
