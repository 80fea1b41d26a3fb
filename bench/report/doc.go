// Report measures everything that package bench describes beside what a user would pick instead (bench/peers), and
// writes RESULTS.md, results.json and figures in bench, a part for each kind of processor and set of kernels: a run replaces the
// part of its kind and leaves the others.
//
//	go run ./bench/report [-only REGEXP [-keep]] [-rounds N] [-quick] [-threads LIST] [-limit DURATION] [-python PATH] [-hold-peers]
//
// GAUSSFLOW_KERNELS holds our kernels to an instruction set that the processor exceeds; the peers then use what they like or, with
// -hold-peers, the same set. Each of the two is a kind of its own.
//
// Contestants of a case run interleaved, A B C A B C …, each lap long enough for the clock; a figure is the median of
// the laps, and the table says of how many. Where a target compares figures (the fused graph, the hand-written opponent,
// the fastest peers) they are all -rounds, unless one takes 20 s; what is slow and decides nothing runs fewer. What
// compiles is run beforehand and its time reported by itself. A peer that is not installed, or does not answer within
// -limit, is a row that says so.
package main
