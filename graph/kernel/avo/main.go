// Command avo writes the vector kernels of package kernel for one instruction set, "avx2", "avx512" or "neon": run
// `go generate ./graph/kernel`.
package main

import (
	"flag"
	"fmt"
	"os"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/pass"
)

// instructionSets are what there is to write, by the names of kernel's sets.
var instructionSets = map[string]instructionSet{
	"avx2":   {arch: "amd64", bytes: 32, expectWays: 2},
	"avx512": {arch: "amd64", bytes: 64, expectWays: 4},
	"neon":   {arch: "arm64", bytes: 16, expectWays: 4},
}

// An instructionSet is the width of its vectors, and how many of them the E-step takes at a time.
type instructionSet struct {
	arch              string
	bytes, expectWays int
}

func main() {
	name := flag.String("set", "", "avx2, avx512 or neon")
	flag.Parse()
	set, ok := instructionSets[*name]
	if !ok {
		fmt.Fprintf(os.Stderr, "avo: -set = %q, want avx2, avx512 or neon\n", *name)
		os.Exit(2)
	}
	ConstraintExpr(set.arch + ",!purego")
	if set.arch == "arm64" {
		pass.Compile = compileARM64
	} else {
		pass.Compile = pass.Concat(pass.Compile, pass.FunctionPass(staysWithin(*name)))
	}
	for _, l := range []lanes{{bytes: set.bytes}, {bytes: set.bytes, f32: true}} {
		l.all()
	}
	lanes{bytes: set.bytes}.expect(set.expectWays)
	lanes{bytes: set.bytes}.splines()
	Generate()
}

// all writes the kernels that there are of each element type.
func (l lanes) all() {
	l.prepare()
	l.sums("sums", false, false)
	l.sums("sumsEach", true, false)
	l.sums("bends", false, true)
	l.sums("bendsEach", true, true)
	l.ends("ends", false)
	l.ends("endsEach", true)
	l.tails("tails", false)
	l.tails("tailsEach", true)
	l.step()
	l.score()
	l.upstream()
	l.slopes("slopes", false)
	l.slopes("slopesEach", true)
	l.totals()
	l.logCDF()
	l.quantile()
	l.exponential()
	for vectors := 2; vectors > 0; vectors-- {
		for _, rows := range l.gemmRows(vectors) {
			l.gemm(rows, vectors)
		}
	}
	if l.bytes > 16 {
		l.nonzero()
		for vectors := l.widestRow(); vectors > 0; vectors-- {
			l.gemmByRows(vectors)
		}
		l.gemmWhere()
		l.spreadDots()
	}
	l.turn()
	l.reluSlope()
	l.accumulate()
	l.arithmetic("sum", l.add)
	l.arithmetic("difference", l.sub)
	l.arithmetic("product", l.mul)
	l.scaled()
	l.columnSum()
	if l.bytes > 16 {
		l.columnSums()
	}
	l.squares()
	l.adam()
}

// splines writes the kernels of splines.
func (l lanes) splines() {
	l.splinePlace()
	l.splineWiden()
	l.splineFind()
	l.splineSlopes()
	l.splineForward()
	l.splineInverse()
	l.splineBackward("splineBackward", false)
	l.splineBackward("splineInverseBackward", true)
	l.splineTakeBack()
}
