// Command avo writes the vector kernels of package kernel: run `go generate ./graph/kernel`.
package main

import (
	. "github.com/mmcloughlin/avo/build"
)

func main() {
	ConstraintExpr("amd64,!purego")
	for _, l := range []lanes{{32, false}, {32, true}, {64, false}, {64, true}} {
		l.prepare()
		l.sums()
		l.score()
		l.upstream()
		l.slopes()
	}
	Generate()
}
