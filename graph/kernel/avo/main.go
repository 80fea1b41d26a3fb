// Command avo writes the vector kernels of package kernel, "mixture", "gemm", "vector", "normal" or "em": run `go generate ./graph/kernel`.
package main

import (
	"flag"

	. "github.com/mmcloughlin/avo/build"
)

func main() {
	ConstraintExpr("amd64,!purego")
	which := flag.String("kernels", "mixture", "mixture, gemm, vector, normal or em")
	flag.Parse()
	if *which == "em" {
		lanes{32, false}.expect(2)
		lanes{64, false}.expect(4)
		Generate()
		return
	}
	for _, l := range []lanes{{32, false}, {32, true}, {64, false}, {64, true}} {
		switch *which {
		case "gemm":
			for _, rows := range l.gemmRows() {
				l.gemm(rows)
			}
			l.turn()
			continue
		case "vector":
			l.reluSlope()
			l.accumulate()
			l.columnSum()
			l.squares()
			l.adam()
			continue
		case "normal":
			l.logCDF()
			l.quantile()
			continue
		}
		l.prepare()
		l.sums("sums", false)
		l.sums("sumsEach", true)
		l.score()
		l.upstream()
		l.slopes("slopes", false)
		l.slopes("slopesEach", true)
		l.totals()
	}
	Generate()
}
