package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// messages: they are in the user's terms.
var messages = []line{
	{"D outlier300.csv", "names row 5 for row 1000", func(p *place) (string, bool) {
		table := p.input("outlier300.csv")
		if p.leftOut != "" {
			return "", false
		}
		return refused(p.fit(table), 0, "warning: a cell is 1e+300, far from all others") // and the row is left out
	}},
	{"D a CSV given as model", "flows: Load: … safetensors: length is 4050199713359399521", func(p *place) (string, bool) {
		p.moons()
		return refused(p.run("score", "t.csv", "t.csv"), 1, "t.csv: this is no gaussflow model")
	}},
	{"D numhead.csv", "(Options.Header)", func(p *place) (string, bool) {
		table := p.input("numhead.csv")
		if p.leftOut != "" {
			return "", false
		}
		r := p.fit(table)
		return fmt.Sprintf("%d: %s", r.code, r.line(1)), r.code == 0 && strings.Contains(r.stdout, "the first line holds the names") && p.fit(table, "--no-header").code == 0
	}},
	{"D lat.csv", "after the training, flows: Facts: …", func(p *place) (string, bool) {
		table := p.input("lat.csv")
		if p.leftOut != "" {
			return "", false
		}
		r := p.fit(table)
		return fmt.Sprintf("%d: %s", r.code, r.line(1)), r.code == 0 && strings.Contains(r.stdout, "Latin-1") && strings.Contains(r.stdout, "größe")
	}},
	{"D zeros100m1.csv: 999 zeros and a 5", "constant columns: a", func(p *place) (string, bool) {
		table := p.input("zeros100m1.csv")
		if p.leftOut != "" {
			return "", false
		}
		r := p.fit(table)
		return fmt.Sprintf("%d: %s", r.code, r.said()), r.code == 0 && !strings.Contains(r.stderr, "constant")
	}},
	{"D a column of counts", "exp(log p) times the step is a probability", func(p *place) (string, bool) {
		text, rng := "n,x\n", rand.New(rand.NewPCG(2, 2))
		for range 300 {
			text += fmt.Sprintf("%d,%.5f\n", rng.IntN(6), rng.NormFloat64())
		}
		p.put("t.csv", text)
		r := p.fit("t.csv")
		return r.said(), r.code == 0 && !strings.Contains(r.stderr, "is a probability")
	}},
	{"D every command with everything that is wrong with it", "Go names, package prefixes, flags that are not there", goTest("./cmd/gaussflow", "TestMessages|TestScripts$")},
}
