// Package layers holds the bijectors, their conditioners and masks.
//
// A Bijector is an invertible map f: ℝᵈ → ℝᵈ written once, as two graph builders. Training differentiates Forward,
// densities evaluate it and samples evaluate Inverse; no layer is implemented a second time. Forward goes from data x
// to latents z; log-dets are in nats.
//
// Further abilities of a layer are found by type assertion: fitting itself to data (initializers.Fitter), being saved (Describe),
// opening a block of the warm start (initializers.Rotator), being made of other layers (Composite) and having a domain that is not
// all of ℝᵈ (Bounded).
//
// To add a bijector, write one file and add one line to the table in register.go and one to conformance_test.go; the
// suite in layertest then covers it.
package layers
