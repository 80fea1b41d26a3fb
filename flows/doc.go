// Package flows is the framework's front: a Flow is a chain of bijectors with a standard normal behind it.
//
//	flow, err := flows.NewCoupling(2, flows.CouplingConfig{Blocks: 4, Seed: 11})
//	z, err := flow.InitFrom(x, initializers.IGConfig{})  // now it is RBIG
//	err = flow.Compile(train.Config{Optimizer: train.Adam{LearningRate: 3e-3}})
//	hist, err := flow.Fit(ctx, x, train.FitConfig{Epochs: 20, BatchSize: 512})
//	lp, err := flow.LogProb(x)        // nats
//	s, err := flow.Sample(1000, rng)
//
// Data in and out is gonum's mat.Matrix, one row a sample.
package flows
