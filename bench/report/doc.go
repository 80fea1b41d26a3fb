// Report measures everything that package bench describes beside what a user could use instead (bench/peers), and writes
// RESULTS.md, results.json and figures to bench. There is a part for each kind of processor and set of kernels: a run replaces
// the part for its kind and leaves the others.
//
//	go run ./bench/report [-only REGEXP [-keep]] [-rounds N] [-quick] [-threads LIST] [-limit DURATION] [-python PATH] [-hold-peers]
//
// GAUSSFLOW_KERNELS restricts our kernels to an instruction set below the processor's. The peers then use any instructions or,
// with -hold-peers, the same set; results with either are a kind of their own.
//
// The contestants of a case run interleaved, A B C A B C …, with laps long enough for the clock's resolution. A figure
// is the median of the laps, and the table gives their number. Contestants whose figures a target compares (the fused
// graph, the hand-written implementation, the fastest peers) run -rounds laps, unless one takes 20 s; slow ones that no
// target concerns run fewer. Compilation happens beforehand and its time is reported separately. For a peer that is not
// installed, or does not answer within -limit, there is a row that says so.
package main
