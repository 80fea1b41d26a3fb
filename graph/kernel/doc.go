// Package kernel holds the pure numerics: functions over slices and scalars that know nothing of graphs.
//
// Kernels neither check nor fail: lengths and finiteness are the caller's business, checked once at the
// border. All transcendental work is done in float64 whatever the storage type, so float32 models lose
// only what storing in float32 loses. Nats everywhere.
package kernel

// Float is the storage type of a model: what tensors hold.
type Float interface{ float32 | float64 }
