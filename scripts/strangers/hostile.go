package main

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"
)

// hostile: a file's claims cost nothing.
var hostile = []line{
	{"C an NPY of 200 bytes with the shape (1, 16777216)", "2.1 GiB, 30 s", func(p *place) (string, bool) {
		head := "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 16777216), }"
		head += strings.Repeat(" ", 117-len(head)) + "\n"
		p.put("t.npy", "\x93NUMPY\x01\x00"+string(binary.LittleEndian.AppendUint16(nil, uint16(len(head))))+head+strings.Repeat("\x00", 72))
		return cheap(p.run("fit", "t.npy"))
	}},
	{"C a CSV of a million commas", "1.3 GiB", func(p *place) (string, bool) {
		p.put("t.csv", strings.Repeat(",", 1_000_000)+"\n")
		return cheap(p.run("fit", "t.csv"))
	}},
	{"C 1,000,003 columns", "killed at 90 s", func(p *place) (string, bool) {
		var b strings.Builder
		for i := range 1_000_003 {
			fmt.Fprintf(&b, "c%d,", i)
		}
		p.put("t.csv", b.String()+"z\n")
		return cheap(p.run("fit", "t.csv"))
	}},
	{"C fit --workers 1000000000, --blocks 100000000", "fatal, out of memory", func(p *place) (string, bool) {
		p.moons()
		a, b := p.fit("t.csv", "--workers", "1000000000"), p.fit("t.csv", "--blocks", "100000000")
		return fmt.Sprintf("%s; %s", a.said(), b.said()), a.code == 2 && b.code == 2
	}},
	{"C inspect of escape sequences in column names", "sent to the terminal", func(p *place) (string, bool) {
		p.put("t.csv", strings.Replace(gaussians(50, 2, 1), "x1", "a\x1b[31mb", 1))
		p.fit("t.csv")
		r := p.run("inspect", "m.gflow")
		return fmt.Sprintf("spelled out: %v", strings.Contains(r.stdout, `\u001b`)), r.code == 0 && !strings.Contains(r.stdout, "\x1b")
	}},
	{"C everything exported, with nil, zero values and extremes", "15 of 210 functions and 223 of 812 methods panic", goTest("./internal/contracts", ".")},
	{"C hostile files, in every reader", "up to 3.7 GiB of 15.7 kB", goTest("./data", "TestHostile|TestInflated|TestQuotedCommas")},
}

// cheap checks that a table is refused within 5 s and, if the system can tell, 256 MiB.
func cheap(r run) (string, bool) {
	return fmt.Sprintf("%d: %.1f s, %d MiB", r.code, r.took.Seconds(), r.peak>>20), r.code == 1 && r.took < 5*time.Second && r.peak < 256<<20
}
