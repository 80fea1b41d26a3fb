// Package bases holds the densities that a flow ends in: log p(x) = log p_base(z) + log|det ∂z/∂x|. A base has samples, may have
// parameters that are trained with the layers', and may depend on the context. It is saved with the flow.
package bases
