// Package bases holds the densities of a flow's latents: log p(x) = log p_base(z) + log|det ∂z/∂x|. A base can be sampled from,
// may have parameters that are trained with the layers', and may depend on the context. It is saved with the flow.
package bases
