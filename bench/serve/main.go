// Serve measures package serve over loopback: single rows beside a handler that only reads the same JSON and beside typical
// services in Python, a table posted whole, overload, malicious clients, and models that change under load. Servers are separate
// processes and take turns, because on a machine that is used by others too only ratios within a run are meaningful.
//
//	go run ./bench/serve                      # all but the peers, in some minutes
//	go run ./bench/serve -only single -peers /path/to/venv/bin/python
//	go run ./bench/serve -only overload -time 5m
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"gaussflow/bench"
	"gaussflow/graph"
)

// options are shared by all parts.
type options struct {
	ctx         context.Context
	dir         string // for temporary files
	model       string // file of the tabular shape
	connections int
	time        time.Duration
	rounds      int
	rows        int
	swaps       int
	python      string
}

// parts are the measurements, in order.
var parts = []struct {
	name string
	run  func(o *options) error
}{{"start", start}, {"single", single}, {"bulk", bulk}, {"overload", overload}, {"hostile", hostile}, {"swap", swap}}

func main() {
	o := &options{}
	serves := flag.String("child", "", "be a server of this kind, on the model that follows: what this program starts")
	only := flag.String("only", "", "parts, with commas between them, of start, single, bulk, overload, hostile and swap")
	flag.IntVar(&o.connections, "connections", 64, "connections of the load")
	flag.DurationVar(&o.time, "time", 3*time.Second, "how long each measurement lasts")
	flag.IntVar(&o.rounds, "rounds", 5, "how often servers take turns")
	flag.IntVar(&o.rows, "rows", 1_000_000, "rows of the table that is posted")
	flag.IntVar(&o.swaps, "swaps", 1000, "how often the model changes")
	flag.StringVar(&o.python, "peers", "", "a Python that has what bench/serve/peers/requirements.txt lists")
	flag.Parse()
	if *serves != "" {
		fail(child(*serves, flag.Arg(0)))
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	o.ctx = ctx
	fail(o.prepare())
	runtime.GOMAXPROCS(1) // of the load: more of its threads would only wait for each other's turns, and the servers for theirs
	defer os.RemoveAll(o.dir)
	fmt.Printf("%s, %d processors, servers and load on one machine, loopback, shape tabular\n", runtime.GOARCH, runtime.NumCPU())
	for _, p := range parts {
		if *only != "" && !strings.Contains(","+*only+",", ","+p.name+",") {
			continue
		}
		fmt.Printf("\n## %s\n", p.name)
		if err := p.run(o); err != nil {
			os.RemoveAll(o.dir)
			fail(fmt.Errorf("%s: %w", p.name, err))
		}
	}
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench/serve:", err)
		os.Exit(1)
	}
}

// prepare writes the model.
func (o *options) prepare() (err error) {
	if o.dir, err = os.MkdirTemp("", "gaussflow-serve-"); err != nil {
		return err
	}
	o.model = filepath.Join(o.dir, "tabular.gflow")
	return writeModel(o.model, 0)
}

// shape is that of a table of six columns.
var shape = bench.Shapes[1]

// writeModel writes the shape's flow with its first parameter changed by a number, so that different numbers give
// different models.
func writeModel(path string, by float64) error {
	f, err := shape.Flow(graph.Float32)
	if err != nil {
		return err
	}
	p := f.Params()[0]
	v := p.Values()
	for i := range v {
		v[i] += by
	}
	if err = p.Set(v); err != nil {
		return err
	}
	return f.Save(path)
}
