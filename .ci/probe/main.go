// Probe prints the instruction sets of the kernels that this processor, or the one that is emulated, can run, fastest first;
// with arguments it fails unless they are these.
package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"gaussflow/graph/kernel"
)

func main() {
	sets := kernel.Sets()
	fmt.Println(strings.Join(sets, " "))
	if want := os.Args[1:]; len(want) > 0 && !slices.Equal(sets, want) {
		fmt.Fprintf(os.Stderr, "probe: this processor has %v, want %v\n", sets, want)
		os.Exit(1)
	}
}
