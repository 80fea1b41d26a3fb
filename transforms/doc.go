// Package transforms holds families of increasing maps of one number, each with a vector of parameters: what a layer does to a
// column. A Transform knows nothing of networks and masks; layers.Elementwise, layers.Coupling and layers.Autoregressive
// supply its parameters.
package transforms
