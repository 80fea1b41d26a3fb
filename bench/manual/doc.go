// Package manual is the hand-written implementation with which the graphs are compared: the forward and backward pass
// of three kinds of flow in plain Go, with the same kernels as the graphs, with Adam, and with memory allocated once.
// It uses no graph.
//
// It does some things that the graph does not: the halves of a coupling are stored separately for a whole block; each rotation's
// matrix is computed once a step and not once for each worker; the workers share the sum of gradients, the rotations' backward pass
// and Adam; products of one shape share their scratch memory; weights that a mask excludes are zero from the start, so that only
// the sum of their gradients has to be masked; a batch is processed in pieces that fit in the cache.
package manual
