// Package flows is the framework's front: a Flow is a chain of bijectors with a standard normal behind it. Make one
// with NewGaussianization, NewCoupling or New, start it with InitFrom, train it with Compile and Fit, and read it with
// LogProb, Sample and the rest; the package's example does all of that. Evaluate and Predict are Keras's.
//
// Data in and out is gonum's mat.Matrix, one row a sample. Log-densities are in nats per unit volume of the data.
package flows
