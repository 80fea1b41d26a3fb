// Package flows is the front of the framework. A Flow is a chain of bijectors followed by a base density, the standard normal
// unless another is given. Make one with NewGaussianization, NewCoupling or New, start it with InitFrom, train it with Compile and
// Fit, and use it with LogProb, Sample and the other readers; the package example does all of that. Evaluate and Predict are as in
// Keras.
//
// For readers who know Keras and TensorFlow Probability (package train has a table for compile and fit):
//
//	Sequential([…]), Bijector.chain    New(Named{"a", layer}, …); layers.NewChain
//	model.summary()                    Flow.Summary
//	bijector.forward(z), inverse(x)    Flow.Inverse, Flow.Forward: there forward goes from latents to data, here from data to latents
//	TransformedDistribution            the Flow; its distribution is NewWithBase's base
//	model(x), model.predict(x)         Flow.Predict returns z; Flow.Forward also the log-dets
//	log_prob, sample                   Flow.LogProb, Flow.Sample; with a context: Given and Flow.SampleGiven
//	model.save, load_model             Flow.Save, Load; compiled as it was
//	save_weights, load_weights         Flow.Weights, Flow.SetWeights
//	layer.trainable = False            Flow.SetTrainable
//
// Data in and out is gonum's mat.Matrix, one row a sample. Log-densities are in nats per unit volume of the data.
package flows
