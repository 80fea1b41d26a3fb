// Command avo writes the vector kernels of package kernel, "mixture", "gemm" or "em": run `go generate ./graph/kernel`.
package main

import (
	"flag"

	. "github.com/mmcloughlin/avo/build"
)

func main() {
	ConstraintExpr("amd64,!purego")
	which := flag.String("kernels", "mixture", "mixture, gemm or em")
	flag.Parse()
	if *which == "em" {
		lanes{32, false}.expect(2)
		lanes{64, false}.expect(4)
		Generate()
		return
	}
	for _, l := range []lanes{{32, false}, {32, true}, {64, false}, {64, true}} {
		if *which == "gemm" {
			for _, rows := range l.gemmRows() {
				l.gemm(rows)
			}
			continue
		}
		l.prepare()
		l.sums()
		l.score()
		l.upstream()
		l.slopes()
	}
	Generate()
}
