package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"gaussflow/flows"
)

// life: the tool ends when it is told to, and other programs can read and write its files.
var life = []line{
	{"E interrupt of fit, score, evaluate on 2,000,000 rows", "honoured after 108 s", func(p *place) (string, bool) {
		p.put("t.csv", gaussians(2_000_000, 2, 5))
		p.put("few.csv", gaussians(500, 2, 5))
		p.fit("few.csv")
		worst, struck := time.Duration(0), 0
		interrupt := func(after time.Duration, args ...string) {
			if took, ran := p.interrupted(after, args...); ran {
				worst, struck = max(worst, took), struck+1
			}
		}
		for _, after := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second} {
			interrupt(after, "fit", "t.csv", "-o", "i.gflow", "-q", "--preset", "fast", "--family", "diagonal", "--blocks", "1")
		}
		for _, args := range [][]string{{"score", "m.gflow", "t.csv", "-o", "s.csv"}, {"transform", "m.gflow", "t.csv", "-o", "z.csv"}, {"evaluate", "m.gflow", "t.csv"}, {"report", "m.gflow", "t.csv", "-o", "r.html"}} {
			interrupt(time.Second, args...)
		}
		return fmt.Sprintf("after %.2f s at most; %d of 8 were still at work", worst.Seconds(), struck), worst <= 2*time.Second && struck >= 4
	}},
	{"E a fit interrupted at any moment; inspect afterwards", "epochs 0 of at most 1, the best 1", goTest("./tabular", "TestInterrupt")},
	{"E a flow.Save file: score, transform, inverse, sample, inspect, evaluate", "refused by five commands", func(p *place) (string, bool) {
		f, err := flows.NewGaussianization(2, flows.GaussianizationConfig{Blocks: 1})
		if err == nil {
			err = f.Save(filepath.Join(p.folder, "f.gflow"))
		}
		if err != nil {
			return err.Error(), false
		}
		p.put("t.csv", gaussians(50, 2, 1))
		done := 0
		for _, args := range [][]string{{"score", "f.gflow", "t.csv"}, {"transform", "f.gflow", "t.csv", "-o", "z.csv"}, {"inverse", "f.gflow", "z.csv"},
			{"sample", "f.gflow"}, {"inspect", "f.gflow"}, {"evaluate", "f.gflow", "t.csv"}} {
			if p.run(args...).code == 0 {
				done++
			}
		}
		r := p.run("report", "f.gflow", "t.csv", "-o", "r.html")
		return fmt.Sprintf("%d of 6 done; report: %s", done, r.said()), done == 6 && r.code == 1
	}},
	{"E a stranger writes a model, and reads one", "unexpected end of JSON input", goTest("./flows", "TestStrange")},
}

// interrupted is how long the tool continues after an interrupt; ran is false if it had ended before.
func (p *place) interrupted(after time.Duration, args ...string) (took time.Duration, ran bool) {
	c := p.command(args...)
	var stderr strings.Builder
	c.Stderr = &stderr
	if err := c.Start(); err != nil {
		return time.Hour, true
	}
	time.Sleep(after)
	begin := time.Now()
	_ = c.Process.Signal(syscall.SIGINT) // no error either if it has ended but was not waited for
	_ = c.Wait()                         // its exit status does not matter
	return time.Since(begin), strings.Contains(stderr.String(), "interrupted")
}
