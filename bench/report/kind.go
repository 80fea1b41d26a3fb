package main

import (
	"fmt"

	"gaussflow/bench"
)

// peersFolder holds the peers' scripts, relative to the root of the repository.
const peersFolder = "bench/peers"

// A kind is a peer's script with the way in which it is started.
type kind struct {
	label, script string
	flags         []string
	greedy        bool // by default it uses all cores, not only the physical ones
	threads       int  // 0 for its default
}

// The peers for flows; each runs with the meter's numbers of threads. Those of mixtures are written for this comparison, since no
// library has them; splines and masked flows are the libraries' own.
var flowPeers = []kind{
	{label: "JAX", script: "jax_peer.py", greedy: true},
	{label: "Keras", script: "keras_peer.py", greedy: true},
	{label: "PyTorch", script: "torch_peer.py"},
	{label: "PyTorch compiled", script: "torch_peer.py", flags: []string{"--compile"}},
}

var (
	sklearn = kind{label: "scikit-learn", script: "sklearn_peer.py", greedy: true}
	blas    = kind{label: "OpenBLAS", script: "numpy_peer.py"}
)

var libraryPeers = []kind{
	flowPeers[0],
	{label: "PyTorch, nflows", script: "library_peer.py", flags: []string{"--nflows"}},
	{label: "PyTorch compiled, nflows", script: "library_peer.py", flags: []string{"--nflows", "--compile"}},
	{label: "PyTorch, zuko", script: "library_peer.py", flags: []string{"--zuko"}},
	{label: "PyTorch compiled, zuko", script: "library_peer.py", flags: []string{"--zuko", "--compile"}},
}

// peersOf are the peers for a shape's recipe.
func peersOf(s bench.Shape) []kind {
	if s.Recipe == bench.Mixtures {
		return flowPeers
	}
	return libraryPeers
}

func (k kind) name() string { return fmt.Sprint(k.label, ", ", k.setting()) }

func (k kind) setting() string {
	switch k.threads {
	case 0:
		return "default threads"
	case 1:
		return "1 thread"
	}
	return fmt.Sprint(k.threads, " threads")
}

func (k kind) with(threads int) kind {
	k.threads = threads
	return k
}

func (k kind) arguments(mode string) []string {
	args := append([]string{k.script, mode}, k.flags...)
	if k.threads > 0 {
		args = append(args, "--threads", fmt.Sprint(k.threads))
	}
	return args
}

// holding is the environment that restricts the peers' libraries to an instruction set; XLA, oneDNN, PyTorch's own kernels, MKL
// and OpenBLAS have one variable each.
func holding(set string) ([]string, error) {
	switch set {
	case "avx2":
		return []string{"XLA_FLAGS=--xla_cpu_max_isa=AVX2", "ONEDNN_MAX_CPU_ISA=AVX2", "ATEN_CPU_CAPABILITY=avx2",
			"MKL_ENABLE_INSTRUCTIONS=AVX2", "OPENBLAS_CORETYPE=Haswell"}, nil
	case "avx512":
		return nil, nil // by default they use everything the processor has
	}
	return nil, fmt.Errorf("-hold-peers: the peers have no switch for %s, only for avx2", set)
}
