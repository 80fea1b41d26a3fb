package main

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/layers"
	"gaussflow/train"
)

// lines are all, in the order in which they were tried first.
var lines = slices.Concat(files, numbers, hostile, messages, life)

// files: nothing of a user's is lost.
var files = []line{
	{"A1 fit t.csv --history t.csv, --report t.csv, -o ./t.csv; score -o MODEL", "exit code 0, and the file is gone", func(p *place) (string, bool) {
		p.moons()
		table, model := p.read("t.csv"), p.read("m.gflow")
		codes := []int{p.fit("t.csv", "--history", "t.csv").code, p.fit("t.csv", "--report", "t.csv").code, p.fit("t.csv", "-o", "./t.csv").code,
			p.fit("t.csv", "-o", "n", "--report", "n").code, p.run("score", "m.gflow", "t.csv", "-o", "m.gflow").code}
		same := table == p.read("t.csv") && model == p.read("m.gflow")
		return fmt.Sprintf("exit codes %v, files whole: %v", codes, same), same && !slices.ContainsFunc(codes, func(c int) bool { return c != 2 })
	}},
	{"A2 fit -o DIRECTORY, an output that cannot be written, a Latin-1 column", "found after the training", func(p *place) (string, bool) {
		p.put("big.csv", gaussians(20000, 4, 1))
		p.put("latin.csv", strings.Replace(gaussians(5000, 2, 1), "x1", "gr\xf6\xdfe", 1))
		a, b, c := p.run("fit", "big.csv", "-o", "."), p.run("fit", "big.csv", "-o", "no/m"), p.run("fit", "latin.csv", "-o", "m")
		took := max(a.took, b.took, c.took)
		return fmt.Sprintf("exit codes %d %d %d within %.1f s", a.code, b.code, c.code, took.Seconds()), a.code == 1 && b.code == 1 && c.code == 0 && took < 5*time.Second
	}},
	{"A3 score -o over a file of mode 0600", "0644: private rows leak", func(p *place) (string, bool) {
		p.moons()
		p.put("s.csv", "")
		path := filepath.Join(p.folder, "s.csv")
		if err := os.Chmod(path, 0o600); err != nil {
			return err.Error(), false
		}
		r := p.run("score", "m.gflow", "t.csv", "-o", "s.csv")
		info, err := os.Stat(path)
		if err != nil {
			return err.Error(), false
		}
		return info.Mode().Perm().String(), r.code == 0 && info.Mode().Perm() == 0o600 && info.Size() > 0
	}},
	{"A4 a fit with a full disk under --history", "no model", func(p *place) (string, bool) {
		p.moons()
		r := p.fit("t.csv", "-o", "full.gflow", "--history", "/dev/full")
		return fmt.Sprintf("exit code %d, a model: %v", r.code, p.read("full.gflow") != ""), r.code == 1 && p.read("full.gflow") != ""
	}},
	{"A5 evaluate, inspect, help to a full device", "exit code 0", func(p *place) (string, bool) {
		p.moons()
		var codes []int
		for _, args := range [][]string{{"evaluate", "m.gflow", "t.csv"}, {"inspect", "m.gflow"}, {"help"}} {
			c := p.command(args...)
			full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
			if err != nil {
				return err.Error(), false
			}
			c.Stdout = full
			codes = append(codes, finish(c).code)
			full.Close()
		}
		return fmt.Sprintf("exit codes %v", codes), slices.Equal(codes, []int{1, 1, 1})
	}},
	{"A6 48 kills over every command and format", "116 of 150 leave stray files; half files", goTest("./cmd/gaussflow", "TestKills$|TestInterruptOnce", "-kills", "48")},
	{"A7 every call of the writer fails once", "not tried", goTest("./internal/files", "TestEveryCallFails")},
}

// numbers: nothing is silently wrong.
var numbers = []line{
	{"B1 score (1e17, 1e17), (1e20, 1e20) with a float32 flow", "-6.8e24 and -69.4 for -7.25e25 and -7.25e31", func(p *place) (string, bool) {
		p.put("t.csv", gaussians(2000, 2, 3))
		p.fit("t.csv", "--dtype", "float32")
		p.put("far.csv", "x1,x2\n100,100\n1e15,1e15\n1e17,1e17\n1e18,1e18\n")
		fast := p.run("score", "m.gflow", "far.csv")
		c := p.command("score", "m.gflow", "far.csv")
		c.Env = append(os.Environ(), "GAUSSFLOW_KERNELS=portable")
		slow := finish(c)
		worst := 0.0
		a, b := column(fast.stdout, "log_prob"), column(slow.stdout, "log_prob")
		for i := range min(len(a), len(b)) {
			worst = max(worst, math.Abs(a[i]-b[i])/math.Abs(b[i]))
		}
		return fmt.Sprintf("the fastest kernels and the portable ones agree to %.1g of log p", worst), len(a) == 4 && len(b) == 4 && worst < 1e-4
	}},
	{"B1 every kernel of mixtures over the range of its type", "holes from 1e15 on", goTest("./graph/kernel", "OverTheRange")},
	{"B2 1500 single flipped bits in a model's tensors", "0 refused, 1027 change log p", func(p *place) (string, bool) {
		p.moons()
		raw, rng, refused := []byte(p.read("m.gflow")), rand.New(rand.NewPCG(1, 1)), 0
		tensors := 8 + int(binary.LittleEndian.Uint64(raw))
		for range 1500 {
			i, bit := tensors+rng.IntN(len(raw)-tensors), byte(1)<<rng.IntN(8)
			raw[i] ^= bit
			if _, err := flows.LoadFrom(strings.NewReader(string(raw))); err != nil {
				refused++
			}
			raw[i] ^= bit
		}
		return fmt.Sprintf("%d refused", refused), refused == 1500
	}},
	{"B2 flipped bits in models and checkpoints, names that come twice", "20 of 50 resume to another model", goTest("./flows", "TestFlipped|TestDescriptionSays")},
	{"B3 score of score_ids.parquet", "9.007199254740992e+15, 1e+06, dates as 19723", func(p *place) (string, bool) {
		table := p.input("score_ids.parquet")
		if p.leftOut != "" {
			return "", false
		}
		f := p.fit(table, "--columns", "x,y")
		r := p.run("score", "m.gflow", table)
		exact := strings.Contains(r.stdout, "9007199254740993")
		return fmt.Sprintf("9007199254740993 is there: %v, no e+: %v", exact, !strings.Contains(r.stdout, "e+")), f.code == 0 && exact && !strings.Contains(r.stdout, "e+")
	}},
	{"B4 fit --lr 100", "a model of mean log p -2.2e36, exit code 0", func(p *place) (string, bool) {
		p.moons()
		f := p.fit("t.csv", "--lr", "100")
		lp := mean(column(p.run("score", "m.gflow", "t.csv").stdout, "log_prob"))
		return fmt.Sprintf("mean log p %.3g; %s", lp, f.said()), lp > -10
	}},
	{"B4 EarlyStopping with nothing but NaN", "best epoch 0", goTest("./train", "Stopping|Restore|NaN")},
	{"B5 nearconst_rounding.csv, sampled", "a spread of 1.25e-4 for 1.3e-15", func(p *place) (string, bool) {
		table := p.input("nearconst_rounding.csv")
		if p.leftOut != "" {
			return "", false
		}
		f := p.fit(table)
		s := spread(column(p.run("sample", "m.gflow", "-n", "2000").stdout, "b"))
		return fmt.Sprintf("a spread of %.2g", s), f.code == 0 && s < 1e-14
	}},
	{"B5 scale_1e-200.csv", "mean log p 6.65 for 457.67, no warning", func(p *place) (string, bool) {
		table := p.input("scale_1e-200.csv")
		if p.leftOut != "" {
			return "", false
		}
		p.fit(table)
		lp := mean(column(p.run("score", "m.gflow", table).stdout, "log_prob"))
		return fmt.Sprintf("mean log p %.2f", lp), math.Abs(lp-457.67) < 0.5
	}},
	{"B5 an offset of 1e15 with a spread of 1", "the density integrates to 1.8, no warning", func(p *place) (string, bool) {
		text, rng := "a,b\n", rand.New(rand.NewPCG(4, 4))
		for range 2000 {
			text += fmt.Sprintf("%.3f,%.6f\n", 1e15+rng.NormFloat64(), rng.NormFloat64())
		}
		p.put("t.csv", text)
		f := p.fit("t.csv")
		return f.said(), f.code == 0 && strings.Contains(f.stderr, "far from 0") && strings.Contains(f.stderr, "a")
	}},
	{"B6 roundtrip_f64.gflow: rows to z and back", "(320, 0) -> (319.56, -5.05), nothing said", func(p *place) (string, bool) {
		model, rows, fitted := p.input("roundtrip_f64.gflow"), p.input("roundtrip_rows.csv"), p.input("roundtrip_fit_xy.csv")
		if p.leftOut != "" {
			return "", false
		}
		far, near := p.run("transform", model, rows, "--error"), p.run("transform", model, fitted, "--error")
		worst := math.NaN() // of no rows
		if errors := column(near.stdout, "error"); len(errors) > 0 {
			worst = slices.Max(errors)
		}
		return fmt.Sprintf("rows of the data to %.1g spreads; far ones: %s", worst, far.said()), worst < 1e-9 && strings.Contains(far.stderr, "warning")
	}},
	{"B6 rows of the data come back, in both dtypes", "off by up to 18 spreads", goTest("./flows", "TestRoundTripOfRows|TestFlatPlace")},
	{"B7 warm starts, then epochs of Adam at 3e-3", "9.899 nats, after one epoch 20,203", goTest("./flows", "TestWarmStartIsAStart")},
	{"B8 dup_note.csv, its duplicate names not asked for", "fatal in CSV, accepted in Parquet", func(p *place) (string, bool) {
		table := p.input("dup_note.csv")
		if p.leftOut != "" {
			return "", false
		}
		p.put("t.csv", strings.NewReplacer("x1", "a", "x2", "b").Replace(gaussians(100, 2, 1)))
		p.fit("t.csv")
		r := p.run("score", "m.gflow", table)
		return fmt.Sprintf("exit code %d", r.code), r.code == 0
	}},
	{"B8 underscore.csv", "100_1 is read as 1001", func(p *place) (string, bool) {
		table := p.input("underscore.csv")
		if p.leftOut != "" {
			return "", false
		}
		r := p.run("inspect", table)
		return r.line(4), r.code == 0 && regexp.MustCompile(`^id +category .*100_1`).MatchString(r.line(4))
	}},
	{"B8 layers.New of a standardize with an empty config", "an affine", func(*place) (string, bool) {
		d := layers.Description{Kind: "standardize", Dim: 2, Config: []byte("{}")}
		specs, err := layers.Specs(d)
		if err != nil {
			return err.Error(), false
		}
		params, err := graph.NewParams(graph.Float64, specs)
		if err != nil {
			return err.Error(), false
		}
		l, err := layers.New(d, params)
		if err != nil {
			return err.Error(), false
		}
		return layers.Kind(l), layers.Kind(l) == "standardize"
	}},
	{"B8 Cosine of 10 steps of warm-up: the first", "0 by its comment, a tenth of the peak in fact", func(*place) (string, bool) {
		first := train.Cosine{Peak: 1, WarmupSteps: 10, DecaySteps: 100}.At(0)
		return fmt.Sprintf("%g of its peak", first), first == 0.1
	}},
	{"B8 CSVLogger, continued and resumed", "its header is written again", goTest("./train", "TestCSVLogger")},
}

// hostile: what is claimed costs nothing.
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

// messages: in the words of who has typed.
var messages = []line{
	{"D outlier300.csv", "names row 5 for row 1000", func(p *place) (string, bool) {
		table := p.input("outlier300.csv")
		if p.leftOut != "" {
			return "", false
		}
		return refused(p.fit(table), 0, "warning: a cell is 1e+300, far from all others") // and the row left out
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

// life: it ends when it is told to, and others can read and write what it writes.
var life = []line{
	{"E interrupt of fit, score, evaluate on 2,000,000 rows", "honoured after 108 s", func(p *place) (string, bool) {
		p.put("t.csv", gaussians(2_000_000, 2, 5))
		p.put("few.csv", gaussians(500, 2, 5))
		p.fit("few.csv")
		worst := time.Duration(0)
		for _, after := range []time.Duration{time.Second, 4 * time.Second, 10 * time.Second, 20 * time.Second} {
			worst = max(worst, p.interrupted(after, "fit", "t.csv", "-o", "i.gflow", "-q", "--preset", "fast", "--family", "diagonal", "--blocks", "1"))
		}
		for _, args := range [][]string{{"score", "m.gflow", "t.csv", "-o", "s.csv"}, {"transform", "m.gflow", "t.csv", "-o", "z.csv"}, {"evaluate", "m.gflow", "t.csv"}, {"report", "m.gflow", "t.csv", "-o", "r.html"}} {
			worst = max(worst, p.interrupted(time.Second, args...))
		}
		return fmt.Sprintf("after %.1f s at most", worst.Seconds()), worst < 2500*time.Millisecond
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

// cheap wants a table to be refused, within 5 s and, where the system says, 256 MiB.
func cheap(r run) (string, bool) {
	return fmt.Sprintf("%d: %.1f s, %d MiB", r.code, r.took.Seconds(), r.peak>>20), r.code == 1 && r.took < 5*time.Second && r.peak < 256<<20
}

// interrupted is how long the tool goes on after an interrupt.
func (p *place) interrupted(after time.Duration, args ...string) time.Duration {
	c := p.command(args...)
	if err := c.Start(); err != nil {
		return time.Hour
	}
	time.Sleep(after)
	begin := time.Now()
	if err := c.Process.Signal(syscall.SIGINT); err != nil {
		return 0 // it had ended
	}
	_ = c.Wait() // however it ends
	return time.Since(begin)
}

// gaussians are rows of d dependent columns x1, x2, … as text.
func gaussians(n, d int, seed uint64) string {
	var b strings.Builder
	rng := rand.New(rand.NewPCG(seed, 1))
	for j := range d {
		fmt.Fprintf(&b, "%sx%d", strings.Repeat(",", min(j, 1)), j+1)
	}
	for range n {
		v := rng.NormFloat64()
		for j := range d {
			sep := ","
			if j == 0 {
				sep = "\n"
			}
			fmt.Fprintf(&b, "%s%.6f", sep, v)
			v = 0.5*v + rng.NormFloat64()
		}
	}
	return b.String() + "\n"
}
