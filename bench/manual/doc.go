// Package manual is the hand-written opponent of the graphs: the forward and backward pass of three recipes of flows in
// plain Go over the kernels that the graphs use, with Adam, in buffers made once. It knows no graph.
//
// What a hand can do and the graph does not: the halves of a coupling stay apart for a whole block; each rotation's
// matrix is computed once a step and not once a worker; the workers share the sum of gradients, the rotations' backward
// pass and Adam; products of one shape share their scratch space; weights that a mask leaves out are zero from the
// start, so that nothing masks them again, and only the sum of their gradients is masked; a batch goes through in pieces that fit the cache.
package manual
