// Package layers holds the bijectors, their conditioners and masks.
//
// A Bijector is an invertible map f: ℝᵈ → ℝᵈ written once, as two graph builders. Training differentiates
// Forward, densities run it, samples run Inverse: nothing else computes a layer. Forward goes from data x to
// latent z; log-dets are in nats.
//
// What a layer can do beside is found by type assertion: fit itself to data (initializers.Fitter), be saved
// (Describe), open a block of the warm start (initializers.Rotator), be made of others (Composite), not be defined everywhere (Bounded).
//
// To add a bijector, write one file and add one line to the table in register.go; the conformance suite in
// layertest then covers it.
package layers
