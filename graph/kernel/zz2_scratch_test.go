package kernel

import (
	"fmt"
	"os"
	"testing"
)

func TestScratchParts(t *testing.T) {
	if os.Getenv("SCRATCH") == "" {
		t.Skip()
	}
	for _, d := range []int{1, 2, 22} {
		n, k := 256, 8
		theta := make([]float64, n*3*d*k)
		x := make([]float64, n*d)
		for i := range theta {
			theta[i] = float64(i%17)/17 - 0.5
		}
		b := NewMixtureBatch[float64](d, k, true, Clamp{})
		p := b.begin(len(x))
		fmt.Println(d, p, b.groups, b.ops.name)
		fmt.Println("load", minTime(func() { b.load(&p, x, theta) })*1e9)
		fmt.Println("prepare", minTime(func() { b.ops.prepare(b.blocks(&p), b.k, b.logits, b.raw, b.curve, &b.p) })*1e9)
		fmt.Println("sums", minTime(func() { b.ops.sums(p.groups, b.k, b.stride(), b.x, &b.p, &b.s) })*1e9)
		fmt.Println("score", minTime(func() { b.ops.score(p.groups, &b.floor, &b.s, b.z, b.l) })*1e9)
		fmt.Println("far", minTime(func() { b.forwardFar(&p, theta, x, x) })*1e9)
		fmt.Println("upstream", minTime(func() { b.ops.upstream(p.groups, &b.floor, b.z, b.l, b.gz, b.gl, &b.u) })*1e9)
		fmt.Println("slopes", minTime(func() { b.slopes(&p, theta) })*1e9)
		passes := 0
		for p := b.begin(len(x)); p.groups > 0; b.next(&p) {
			passes++
		}
		fmt.Println("passes", passes)
	}
}
