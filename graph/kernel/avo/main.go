// Command avo writes the vector kernels of package kernel, "mixture", "gemm" or "vector": run `go generate ./graph/kernel`.
package main

import (
	"flag"

	. "github.com/mmcloughlin/avo/build"
)

func main() {
	ConstraintExpr("amd64,!purego")
	which := flag.String("kernels", "mixture", "mixture, gemm or vector")
	flag.Parse()
	for _, l := range []lanes{{32, false}, {32, true}, {64, false}, {64, true}} {
		switch *which {
		case "gemm":
			for _, rows := range l.gemmRows() {
				l.gemm(rows)
			}
			if l.bytes == 32 {
				l.transpose()
			}
			continue
		case "vector":
			l.reluSlope()
			l.accumulate()
			l.columnSum()
			l.squares()
			l.adam()
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
