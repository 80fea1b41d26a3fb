// Package kernel holds the pure numerics: functions over slices and scalars that know nothing of graphs.
//
// Kernels neither check nor fail: lengths and finiteness are the caller's business, checked once at the
// border. Nats everywhere.
//
// Mixture and the functions of one number are float64 and define what is right, to the last digits in both tails.
// MixtureBatch, LogCDFs, Gemm and the others that work on slices have a set of kernels for each instruction set (see set.go):
// vector kernels on amd64, which avo generates (go generate), and portable ones, which other processors run. The fastest set
// that the processor has is chosen when the program starts; the environment variable GAUSSFLOW_KERNELS names another.
// docs/numerics.md says how exact each of them is.
package kernel
