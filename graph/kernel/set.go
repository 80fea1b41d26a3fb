package kernel

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// A set is the kernels of one instruction set. Each has a file of its own, which fills one value, and a line in the list of its
// architecture (sets_amd64.go and its like); the portable one is Go and runs everywhere.
type set struct {
	name     string
	runsHere bool // whether this processor has the instructions
	f64      kernels[float64]
	f32      kernels[float32]
	em       emKernel
	spline   splineKernels
}

// kernels are the functions of one dtype.
type kernels[T Float] struct {
	mixture mixtureKernels[T]
	normal  normalKernels[T]
	gemm    gemmKernels[T]
	squares []squareKernel[T] // the largest first
	vector  vectorKernels[T]
}

// SetVariable is the environment variable that holds kernels to one instruction set: portable, avx2, avx512 or neon. Unset or
// empty, the fastest that this processor has is taken.
const SetVariable = "GAUSSFLOW_KERNELS"

var (
	// sets are those that this processor can run, fastest first, the portable one last.
	sets           = runnable(append(nativeSets(), portableSet()))
	active, setErr = choose(sets, os.Getenv(SetVariable))
)

// Set is the name of the instruction set whose kernels run.
func Set() string { return active.name }

// Sets are the names of those that this processor can run, fastest first.
func Sets() (names []string) {
	for _, s := range sets {
		names = append(names, s.name)
	}
	return names
}

// CheckSet is an error where the environment asks for an instruction set that this processor has not, or that there is not.
// Graphs are not compiled then; kernels that are called all the same are the portable ones.
func CheckSet() error { return setErr }

func runnable(all []set) []set {
	return slices.DeleteFunc(all, func(s set) bool { return !s.runsHere })
}

// choose is the set of a name, the first where there is no name, and an error and the last where none has it.
func choose(sets []set, name string) (*set, error) {
	if name == "" {
		return &sets[0], nil
	}
	var known []string
	for i, s := range sets {
		if s.name == name {
			return &sets[i], nil
		}
		known = append(known, s.name)
	}
	return &sets[len(sets)-1], fmt.Errorf("%s = %q, want one of those that this processor can run: %s",
		SetVariable, name, strings.Join(known, ", "))
}

// chosen are the functions of a T that run.
func chosen[T Float]() *kernels[T] { return of[T](active) }

// of are a set's functions of a T.
func of[T Float](s *set) *kernels[T] { return byType[T, *kernels[T]](&s.f64, &s.f32) }
