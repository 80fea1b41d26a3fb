package kernel

// portableSet is plain Go. It defines what the kernels of the others compute.
func portableSet() set {
	return set{
		name: "portable", runsHere: true,
		f64: kernels[float64]{mixture: portableMixture[float64]()},
		f32: kernels[float32]{mixture: portableMixture[float32]()},
		em:  portableEM(),
	}
}
