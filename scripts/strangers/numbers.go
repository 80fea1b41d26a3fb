package main

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/layers"
	"gaussflow/train"
)

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
		worst := math.NaN() // if there are no rows
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
