// Probe prints the instruction sets of the kernels that this processor, or the one that is emulated, can run, fastest first,
// as golang.org/x/sys/cpu sees it; with arguments it fails unless they are these.
package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"

	"golang.org/x/sys/cpu"
)

func main() {
	sets := instructionSets()
	for i, s := range sets {
		if i > 0 {
			fmt.Print(" ")
		}
		fmt.Print(s)
	}
	fmt.Println()
	if want := os.Args[1:]; len(want) > 0 && !slices.Equal(sets, want) {
		fmt.Fprintf(os.Stderr, "probe: this processor has %v, want %v\n", sets, want)
		os.Exit(1)
	}
}

func instructionSets() (sets []string) {
	switch x := cpu.X86; runtime.GOARCH {
	case "amd64":
		avx2 := x.HasAVX2 && x.HasFMA
		if avx2 && x.HasAVX512F && x.HasAVX512DQ && x.HasAVX512VL {
			sets = append(sets, "avx512")
		}
		if avx2 {
			sets = append(sets, "avx2")
		}
	case "arm64":
		if cpu.ARM64.HasASIMD {
			sets = append(sets, "neon")
		}
	}
	return append(sets, "portable")
}
